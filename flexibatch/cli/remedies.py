"""What can be done next, in the words of the command line."""

from flexibatch.errors import FlexibatchError, Remedy

WORDS = {
    Remedy.ADD_AGAIN: ": remove sender {about} and add it with another --user.",
    Remedy.ADD_CERTIFICATE: "Run `flexibatch sender certificate add {about} FILE` with the bureau's new certificate.",
    Remedy.CHOOSE_USER: ": choose another --user.",
    Remedy.CORRECT_ACCOUNTS: ": correct --channel or --group.",
    Remedy.CORRECT_NAME: ": correct --name.",
    Remedy.CORRECT_USER: ": correct --user.",
    Remedy.DECIDE_QUARANTINE: "`flexibatch quarantine list` tells why: release or discard each.",
    Remedy.END_SSH_RSA: (
        "Let it send rsa-sha2 or Ed25519, then run `flexibatch sender set {about} --no-ssh-rsa`."
    ),
    Remedy.FEED_REGISTER: "Feed it: `flexibatch dimona import FILE`.",
    Remedy.GIVE_LOGIN: (
        "Run {about} and give the channel a login in flexibatch_channel; the owner's is for `db upgrade`."
    ),
    Remedy.GO_BELOW: ": where that is meant, give --below-retention.",
    Remedy.INSTALL_DRIVER: "Run `{about} -m pip install 'psycopg[binary]>=3.2'`.",
    Remedy.LIST_QUARANTINE: "`flexibatch quarantine list` shows those.",
    Remedy.LIST_SETS: "`flexibatch list` shows what was received.",
    Remedy.LIST_STRAYS: "`flexibatch list --strays` tells each, and the right name: ask the bureau.",
    Remedy.LIST_WAITING: "; `flexibatch list --waiting` tells what for.",
    Remedy.MAKE_HOME: "Run `flexibatch init`: it makes what is missing.",
    Remedy.MEND_NAME: ": mend the name, or tell the sender with --sender.",
    Remedy.PURGE: "Make room: `flexibatch purge` takes old files away.",
    Remedy.RELEASE_MENDED: (
        "`flexibatch quarantine release {about}` has it judged again when the bug is mended; where it is it holds up "
        "nobody."
    ),
    Remedy.RELEASE_SENDER: "`flexibatch sender release {about}` ends that.",
    Remedy.RELEASE_SET: "; `flexibatch quarantine release` has it judged again.",
    Remedy.REPEAT_ROLES: "Run {about} again, as after every `flexibatch db upgrade`.",
    Remedy.SEE_EVENTS: ": see its events above, and `flexibatch doctor`.",
    Remedy.SEE_WAITING: (
        "`flexibatch list --waiting` tells what for; see whether `watch` or `serve` runs, or a sender is on hold."
    ),
    Remedy.SHOW_VERDICT: "; `flexibatch show {about}` tells its verdict.",
    Remedy.SWEEP: "Run `flexibatch sweep` first.",
    Remedy.TAKE_SETTING: ": leave --older-than out.",
    Remedy.TELL_SENDER: ": tell a registered one with --sender.",
}
"""What each remedy says of `{about}`; what begins with a sign goes on in the sentence before."""

_SIGNS = (":", ";", ",")


def worded(exc: FlexibatchError) -> str:
    """Return what an error tells, with what can be done next.

    >>> worded(FlexibatchError("How long the door is kept is a setting", remedy=Remedy.TAKE_SETTING))
    'How long the door is kept is a setting: leave --older-than out.'
    >>> worded(FlexibatchError("There is no folder.", remedy=Remedy.MAKE_HOME))
    'There is no folder. Run `flexibatch init`: it makes what is missing.'
    """
    if exc.remedy is None:
        return str(exc)
    return joined(str(exc), words_of(exc.remedy, exc.about))


def joined(told: str, words: str) -> str:
    """Return a sentence with what can be done next."""
    told = told.removesuffix(".")
    return f"{told}{words}" if words.startswith(_SIGNS) else f"{told}. {words}"


def words_of(remedy: Remedy, about: str) -> str:
    """Return what can be done next."""
    return WORDS[remedy].format(about=about)
