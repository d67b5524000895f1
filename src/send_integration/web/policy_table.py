"""The policy as tables that people read: who may do what, and who sees what of a child."""

from collections.abc import Iterable, Mapping

from send_integration.web.policy_file import Grants, Policy

WAYS = (("any", ""), ("own_child", "own child"), ("on_agenda", "on an agenda"), ("glass_broken", "broken glass"))


def as_markdown(policy: Policy) -> str:
    """Both tables; a cell says for which children, and of which sectors, where it is not for every one."""
    actions = _table("May", "Rests on", policy.actions, policy.roles)
    fields = _table("Sees", "Rests on", policy.fields, policy.roles)
    return f"### What each role may do\n\n{actions}\n\n### What each role sees of a child\n\n{fields}\n"


def _table(first: str, last: str, rows: Mapping[str, Grants], roles: Iterable[str]) -> str:
    names = list(roles)
    header = [first, *(role.replace("-", " ") for role in names), last]
    lines = [header, ["---"] * len(header)]
    lines += [
        [f"{grants.what} (`{name}`)", *(_cell(grants, role) for role in names), grants.basis]
        for name, grants in rows.items()
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(grants: Grants, role: str) -> str:
    """By which ways a role has a grant, in words; empty where it has none."""
    parts = []
    for way, words in WAYS:
        held = [grant for grant in getattr(grants, way) if grant.role == role]
        sectors = [grant.sector for grant in held if grant.sector]
        if held and not any(grant.sector is None for grant in held):
            parts.append(f"{words or 'yes'} ({', '.join(sectors)})")
        elif held:
            parts.append(words or "yes")
    return ("; ".join(parts)).replace("yes; own child", "yes")
