"""The topics of one run."""
import hashlib
from dataclasses import dataclass

KINDS = ["charge-saved-card", "register-card", "refund-payment", "cancel-payment", "capture-payment"]


@dataclass(frozen=True)
class Names:
    """The topics by a common prefix; the usual ones have `cobrador.`."""

    prefix: str = "cobrador."

    @property
    def inbound(self):
        return {kind: f"{self.prefix}jobs.{kind}" for kind in KINDS}

    @property
    def kinds(self):
        return {topic: kind for kind, topic in self.inbound.items()}

    @property
    def outbound(self):
        return [self.charges, self.cards, *(f"{topic}.dead-letters" for topic in self.inbound.values())]

    @property
    def charges(self):
        return f"{self.prefix}events.charges"

    @property
    def cards(self):
        return f"{self.prefix}events.cards"

    def settings(self):
        """The environment of a worker for these topics."""
        own = {f"TOPICS_{kind.replace('-', '_').upper()}": topic for kind, topic in self.inbound.items()}
        return {**own, "TOPICS_EVENTS_CHARGES": self.charges, "TOPICS_EVENTS_CARDS": self.cards}


def idempotency_key(job_id, account="default"):
    """The key that a job's calls carry, so that the gateway's log can be searched for it."""
    digest = hashlib.sha256(b"cobrador-1")
    for part in ("idempotency-key", account, job_id):
        digest.update(len(part.encode()).to_bytes(4, "big") + part.encode())
    text = bytearray(digest.digest()[:16])
    text[6], text[8] = text[6] & 0x0F | 0x80, text[8] & 0x3F | 0x80
    digits = text.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
