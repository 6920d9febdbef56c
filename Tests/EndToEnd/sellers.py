"""Several sellers at one sandbox, what a worker is told about them, and jobs in their names."""
from harness import CHARGES
from steps import charge


class Sellers:
    """Sellers by name. Their order is that of the sandbox's accounts, which have numbers."""

    def __init__(self, *names, sites=None):
        self.names, self.sites = list(names), sites or {}
        self.tokens = {name: f"TEST-sandbox-{name}" for name in names}

    def number(self, name):
        return self.names.index(name)

    def options(self):
        """What `cobrador sandbox` takes."""
        for name in self.names:
            site = f":{self.sites[name]}" if name in self.sites else ""
            yield from ("--seller", f"{name}:{self.tokens[name]}{site}")

    def settings(self, without=(), **own):
        """A worker's settings; the tokens of those in `without` come from elsewhere."""
        found = {"GATEWAY_ACCESS_TOKEN": None, "ACCOUNTS_NAMES": ",".join(self.names)}
        for name in self.names:
            if name not in without:
                found[f"ACCOUNTS_{name.upper()}_ACCESS_TOKEN"] = self.tokens[name]
            if name in self.sites:
                found[f"ACCOUNTS_{name.upper()}_SITE"] = self.sites[name]
        return {**found, **own}

    def charges(self, stage, seller, count, prefix=None, partition=None):
        """Sends charges in a seller's name, each of a customer of its own, and returns their ids."""
        sent = []
        customers = stage.sandbox.seed(count, "APRO", tokens=1, account=self.number(seller))
        for number, customer in enumerate(customers):
            value = {"account": seller, **charge(f"{prefix or seller}-{number}", customer, "10.00")}
            stage.send(CHARGES, customer["customer_id"], value, partition=partition)
            sent.append(value["job_id"])
        stage.flush()
        return sent


def secret_file(folder, name):
    """Where a worker with `SECRETS_DIRECTORY` looks for an account's token."""
    folder.mkdir(exist_ok=True)
    return folder / f"accounts-{name}-access-token"
