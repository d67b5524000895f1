"""How people are told of channels and of messages that were not delivered: references and kinds of faults; nothing of a child."""

from collections.abc import Sequence

from send_integration.alerts.letters import Letter

OF_CHANNELS, OF_MESSAGES, OF_FAULTS = "channel-", "undelivered-", "fault-"
"""How the ids of these letters begin. What becomes of them, no such letter tells."""

PAGE = "/feeds"
"""Where stewards, managers and administrators see how channels stand."""

MOST_LISTED = 50


def dead_letters(channel: str) -> str:
    """How the ids of letters begin that tell that a channel is dead."""
    return f"{OF_CHANNELS}{channel}-dead-"


def channel_dead_letter(channel: str, since: str, failure: str, waiting: int, others: Sequence[str]) -> Letter:
    """A channel that takes nothing."""
    urgent = (
        f"Urgent messages go by {' or '.join(others)} meanwhile." if others else "No other channel takes them either."
    )
    return Letter(
        f"The channel {channel} takes no messages",
        f"Since {since} the channel {channel} has taken nothing: {failure}. {messages_wait(waiting)} to be sent; none is lost,"
        f" and all are sent once it lives again. {urgent} Everything is in the inboxes of the page as well.\n\nWhat to do:"
        f" `send-integration channels test {channel} --to ADDRESS` says what is wrong; docs/channels.md says what each fault"
        " means. You are told when it lives again. Sign in to see how channels stand:",
        PAGE,
        kind=f"channel {channel} is dead",
    )


def channel_lives_letter(channel: str, told: str) -> Letter:
    """A channel that takes messages again."""
    return Letter(
        f"The channel {channel} takes messages again",
        f"The channel {channel}, which was found dead at {told}, takes messages again. What waited for it is being sent; nothing"
        " need be done. Sign in to see how channels stand:",
        PAGE,
        kind=f"channel {channel} lives",
    )


def undelivered_letter(messages: Sequence[str]) -> Letter:
    """Messages that nobody got, a line each."""
    more = f"\nand {len(messages) - MOST_LISTED} more" if len(messages) > MOST_LISTED else ""
    return Letter(
        f"{len(messages)} {'message' if len(messages) == 1 else 'messages'} cannot be delivered",
        "Every channel refused these messages, or none took them for a day:\n\n"
        + "\n".join(messages[:MOST_LISTED])
        + f"{more}\n\nThey stand in the inboxes of the page, and are tried on and on. What to do: see that their recipients"
        " know, and have the address mended in the directory of workers where it was refused. Sign in:",
        "/alerts",
        kind="messages cannot be delivered",
    )


def messages_wait(waiting: int) -> str:
    """How many messages wait, in words."""
    return "1 message waits" if waiting == 1 else f"{waiting} messages wait"


def unjudged_letter(fault: str, children: int) -> Letter:
    """Children who could not be judged, for a fault of ours."""
    return Letter(
        f"A fault of the software keeps {children} {'child' if children == 1 else 'children'} from being judged",
        f"Fault: {fault}. {children} {'child stands' if children == 1 else 'children stand'} as before it, and what came since is"
        " kept and not shown; nothing is lost, and all others are judged. They are tried again every day, and when the rules or"
        " the software change.\n\nWhat to do: give this letter to those who look after the software; docs/rules.md says how they"
        " find the children. Sign in:",
        PAGE,
        kind="children cannot be judged",
    )
