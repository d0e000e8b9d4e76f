"""When messages may leave: a window of days and hours, in Libreville."""

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.policy.politique import load_policy
from relances.rules.fenetre import JOURS, LIBREVILLE, TOUJOURS, Fenetre

OFFICE_HOURS = Fenetre(frozenset(range(6)), time(8), time(19), jours_feries=False)
NIGHT_AND_DAY = Fenetre(frozenset(range(5)), time.min, time.max, jours_feries=False)
LONGEST_CLOSED = timedelta(days=29)  # of a window of one weekday: three in a row may be holidays
MOMENTS = st.integers(0, 16 * 365 * 86_400 * 1_000).map(
    lambda milliseconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
)
ZONES = st.sampled_from([LIBREVILLE, ZoneInfo("America/New_York"), timezone(timedelta(hours=-11))])
HOURS = st.times().map(lambda hour: hour.replace(second=0, microsecond=0, tzinfo=None))
FENETRES = st.builds(
    lambda jours, hours, jours_feries: Fenetre(jours, min(hours), max(hours), jours_feries),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.tuples(HOURS, HOURS | st.just(time.max)).filter(lambda hours: hours[0] != hours[1]),
    st.booleans(),
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LIBREVILLE)


# --- whatever the window and the moment ---


@given(FENETRES, MOMENTS)
def test_the_next_opening_is_open_and_not_before_the_moment(fenetre: Fenetre, moment: datetime) -> None:
    opening = fenetre.next_opening(moment)
    assert fenetre.closing(opening) is not None
    assert opening >= moment


@given(FENETRES, MOMENTS)
def test_who_comes_while_it_is_open_does_not_wait(fenetre: Fenetre, moment: datetime) -> None:
    assert (fenetre.next_opening(moment) == moment) == (fenetre.closing(moment) is not None)


@given(FENETRES, MOMENTS, st.floats(0, 1, exclude_max=True))
def test_nothing_is_open_before_the_next_opening(fenetre: Fenetre, moment: datetime, share: float) -> None:
    opening = fenetre.next_opening(moment)
    between = moment + share * (opening - moment)
    assert between == opening or fenetre.closing(between) is None


@given(FENETRES, MOMENTS, st.floats(0, 1, exclude_max=True))
def test_it_is_open_until_it_closes_and_closed_then(fenetre: Fenetre, moment: datetime, share: float) -> None:
    opening = fenetre.next_opening(moment)
    closing = fenetre.closing(opening)
    assert closing is not None
    assert closing > opening
    between = opening + share * (closing - opening)
    assert between == closing or fenetre.closing(between) == closing
    assert fenetre.closing(closing) is None or closing - opening > timedelta(days=365)


@given(FENETRES, MOMENTS)
def test_a_window_of_any_day_opens_within_weeks(fenetre: Fenetre, moment: datetime) -> None:
    assert fenetre.next_opening(moment) - moment < LONGEST_CLOSED


@given(FENETRES, MOMENTS, ZONES)
def test_the_zone_that_a_moment_is_given_in_makes_no_difference(
    fenetre: Fenetre, moment: datetime, zone: tzinfo
) -> None:
    assert fenetre.closing(moment.astimezone(zone)) == fenetre.closing(moment)
    assert fenetre.next_opening(moment.astimezone(zone)) == fenetre.next_opening(moment)


@given(MOMENTS)
def test_always_is_at_any_moment(moment: datetime) -> None:
    closing = TOUJOURS.closing(moment)
    assert closing is not None
    assert closing - moment > timedelta(days=365)
    assert TOUJOURS.next_opening(moment) == moment


# --- hours ---


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-20 07:59:59.999999", "2026-11-20 08:00"),
        ("2026-11-20 08:00", "2026-11-20 08:00"),
        ("2026-11-20 18:59:59.999999", "2026-11-20 18:59:59.999999"),
        ("2026-11-20 19:00", "2026-11-21 08:00"),
        ("2026-11-20 23:59:59.999999", "2026-11-21 08:00"),
        ("2026-11-21 19:00", "2026-11-23 08:00"),
        ("2026-11-22 12:00", "2026-11-23 08:00"),
    ],
    ids=["too early", "opening", "last instant", "closing", "night", "Saturday evening", "Sunday"],
)
def test_it_opens_from_the_first_hour_to_before_the_last_on_its_days(moment: str, opening: str) -> None:
    assert OFFICE_HOURS.next_opening(local(moment)) == local(opening)


def test_it_closes_at_its_last_hour() -> None:
    assert OFFICE_HOURS.closing(local("2026-11-20 08:00")) == local("2026-11-20 19:00")


@pytest.mark.parametrize(("moment", "is_open"), [("06:59", False), ("07:00", True), ("17:59", True), ("18:00", False)])
def test_hours_are_those_of_libreville_an_hour_ahead_of_utc(moment: str, is_open: bool) -> None:
    closing = OFFICE_HOURS.closing(datetime.fromisoformat(f"2026-07-20 {moment}").replace(tzinfo=UTC))
    assert (closing is not None) == is_open


def test_the_day_is_that_of_libreville() -> None:
    saturday_evening_in_utc = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert Fenetre(frozenset({6}), time.min, time(1), jours_feries=True).closing(saturday_evening_in_utc) is not None


# --- round the clock ---


def test_a_window_to_midnight_is_open_to_the_last_instant() -> None:
    evenings = Fenetre(frozenset(range(7)), time(8), time.max, jours_feries=True)
    assert evenings.closing(local("2026-11-20 23:59:59.999999")) == local("2026-11-21 00:00")
    assert evenings.closing(local("2026-11-21 00:00")) is None


def test_open_round_the_clock_it_closes_when_its_days_are_over() -> None:
    assert NIGHT_AND_DAY.closing(local("2026-11-16 10:00")) == local("2026-11-21 00:00")
    assert NIGHT_AND_DAY.next_opening(local("2026-11-21 00:00")) == local("2026-11-23 00:00")


def test_open_round_the_clock_it_closes_for_a_holiday() -> None:
    assert NIGHT_AND_DAY.closing(local("2026-08-13 10:00")) == local("2026-08-15 00:00")
    assert NIGHT_AND_DAY.next_opening(local("2026-08-15 00:00")) == local("2026-08-18 00:00")


# --- public holidays of Gabon ---


@pytest.mark.parametrize(
    "day",
    ["2026-01-01", "2026-04-06", "2026-04-17", "2026-05-01", "2026-05-14", "2026-05-25", "2026-08-17", "2026-12-25"],
    ids=["New Year", "Easter Monday", "Women", "Labour", "Ascension", "Whit Monday", "Independence", "Christmas"],
)
def test_a_public_holiday_is_no_day_unless_the_policy_says_so(day: str) -> None:
    noon = local(f"{day} 12:00")
    assert OFFICE_HOURS.closing(noon) is None
    assert Fenetre(OFFICE_HOURS.jours, OFFICE_HOURS.debut, OFFICE_HOURS.fin, jours_feries=True).closing(noon)


def test_a_window_of_one_day_that_is_a_holiday_next_week_opens_the_week_after() -> None:
    mondays = Fenetre(frozenset({JOURS.index("lundi")}), time(8), time(19), jours_feries=False)
    assert mondays.next_opening(local("2026-03-31 12:00")) == local("2026-04-13 08:00")


def test_the_evening_before_a_new_year_waits_for_its_second_day() -> None:
    assert OFFICE_HOURS.next_opening(local("2026-12-31 19:00")) == local("2027-01-02 08:00")


def test_a_window_without_days_never_opens() -> None:
    with pytest.raises(ValueError, match="never opens"):
        Fenetre(frozenset(), time(8), time(19), jours_feries=True).next_opening(local("2026-11-20 12:00"))


def test_the_product_s_own_window_is_the_office_s_hours() -> None:
    fenetre = load_policy().fenetre
    assert fenetre == OFFICE_HOURS
    assert fenetre.closing(datetime.combine(date(2026, 11, 20), time(10), LIBREVILLE)) is not None
