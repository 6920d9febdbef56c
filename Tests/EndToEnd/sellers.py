"""Several sellers at one sandbox, and what a worker is told about them."""


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


def secret_file(folder, name):
    """Where a worker with `SECRETS_DIRECTORY` looks for an account's token."""
    folder.mkdir(exist_ok=True)
    return folder / f"accounts-{name}-access-token"
