"""Generated numbers with right check digits: they belong to nobody."""


def worker_number(n: int) -> str:
    """Return the n-th worker's number, born in the sixties."""
    body = f"{60 + n // 9000:02d}0{1 + n // 1000 % 9}15{1 + n % 900:03d}"
    return f"{body}{97 - int(body) % 97:02d}"


def bis_number(n: int) -> str:
    """Return the n-th number of somebody who is not in the national register: the month is 40 more."""
    body = f"{70 + n // 900:02d}4201{1 + n % 900:03d}"
    return f"{body}{97 - int(body) % 97:02d}"


def company_number(n: int) -> str:
    """Return the n-th enterprise number."""
    body = f"0{5_000_000 + n:07d}"
    return f"{body}{97 - int(body) % 97:02d}"


def nsso_number(n: int) -> str:
    """Return the n-th NSSO number, without leading zeros."""
    return str((1_100 + n) * 97 + 96)


def period_number(n: int) -> str:
    """Return the n-th id of a Dimona period."""
    body = 6_100_000_000 + n
    return f"{body}{body % 97 or 97:02d}"
