//! When a service is open: weekly hours in the desk's time zone, but for holidays.

use deskwire_model::Timestamp;
use jiff::{
    ToSpan as _,
    civil::{Date, DateTime, Time, Weekday},
    tz::TimeZone,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far ahead [`Hours::next_opening`] looks, in days.
const HORIZON_DAYS: u32 = 370;

/// Business hours. Without any shift a service is always open, but for its holidays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Hours {
    /// When it is open in a week.
    pub shifts: Vec<Shift>,
    /// Days on which it is closed.
    #[schemars(with = "Vec<String>")]
    pub holidays: Vec<Date>,
    /// Days off the week's rhythm on which it is open as on its other days: the longest shift of the week counts.
    #[schemars(with = "Vec<String>")]
    pub extra_days: Vec<Date>,
}

/// A time of day on some days of the week. One that ends before it begins lasts until the next day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Shift {
    /// Days of the week, Monday is 1 and Sunday 7.
    pub days: Vec<u8>,
    /// When it begins.
    #[schemars(with = "String")]
    pub from: Time,
    /// When it is over; midnight is the end of the day.
    #[schemars(with = "String")]
    pub to: Time,
}

impl Shift {
    fn is_on(&self, weekday: Weekday) -> bool {
        self.days.contains(&weekday.to_monday_one_offset().unsigned_abs())
    }

    fn lasts_overnight(&self) -> bool {
        self.to <= self.from
    }

    /// Whether `time` of a day on which it begins is within it.
    fn covers(&self, time: Time) -> bool {
        time >= self.from && (self.lasts_overnight() || time < self.to)
    }

    /// Whether `time` of the day after one on which it begins is within it.
    fn reaches(&self, time: Time) -> bool {
        self.lasts_overnight() && time < self.to
    }
}

impl Hours {
    /// Whether the service is open at `now`.
    #[must_use]
    pub fn is_open(&self, now: Timestamp, zone: &TimeZone) -> bool {
        self.is_open_at(local(now, zone))
    }

    fn is_open_at(&self, at: DateTime) -> bool {
        let (date, time) = (at.date(), at.time());
        if self.shifts.is_empty() {
            return !self.holidays.contains(&date);
        }
        let yesterday = date.yesterday().ok();
        self.of(date).any(|shift| shift.covers(time))
            || yesterday.is_some_and(|yesterday| self.of(yesterday).any(|shift| shift.reaches(time)))
    }

    /// The shifts that begin on `date`.
    fn of(&self, date: Date) -> impl Iterator<Item = &Shift> {
        let works = !self.holidays.contains(&date);
        let extra = self.extra_days.contains(&date);
        self.shifts.iter().filter(move |shift| works && (extra || shift.is_on(date.weekday())))
    }

    /// When the service opens next after `now`, if it does within a year.
    #[must_use]
    pub fn next_opening(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let now = local(now, zone);
        let mut date = now.date();
        for _ in 0..HORIZON_DAYS {
            let starts = if self.shifts.is_empty() {
                (!self.holidays.contains(&date)).then_some(Time::midnight())
            } else {
                self.of(date).map(|shift| shift.from).filter(|from| date.to_datetime(*from) > now).min()
            };
            if let Some(start) = starts.filter(|start| date.to_datetime(*start) > now) {
                let opens = zone.to_zoned(date.to_datetime(start)).ok()?;
                return Some(Timestamp(opens.timestamp().as_millisecond()));
            }
            date = date.checked_add(1.day()).ok()?;
        }
        None
    }
}

fn local(now: Timestamp, zone: &TimeZone) -> DateTime {
    zone.to_datetime(jiff::Timestamp::from_millisecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, zone: &TimeZone) -> Timestamp {
        let local: DateTime = text.parse().unwrap();
        Timestamp(zone.to_zoned(local).unwrap().timestamp().as_millisecond())
    }

    fn hours(json: &str) -> Hours {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_service_is_open_in_its_shifts() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let office = r#"{"shifts":[{"days":[1,2,3,4,5],"from":"09:00","to":"12:00"},
                                   {"days":[1,2,3,4,5],"from":"13:00","to":"18:00"}],
                         "holidays":["2026-10-01"],"extraDays":["2026-10-10"]}"#;
        let night = r#"{"shifts":[{"days":[5],"from":"22:00","to":"06:00"}]}"#;
        let whole = r#"{"shifts":[{"days":[6,7],"from":"00:00","to":"00:00"}]}"#;
        let always = r#"{"holidays":["2026-10-01"]}"#;
        // 2026-10-01 is a Thursday.
        for (rule, time, open) in [
            (office, "2026-09-30 08:59:59", false),
            (office, "2026-09-30 09:00:00", true),
            (office, "2026-09-30 12:00:00", false),
            (office, "2026-09-30 13:00:00", true),
            (office, "2026-09-30 18:00:00", false),
            (office, "2026-10-01 10:00:00", false),
            (office, "2026-10-03 10:00:00", false),
            (office, "2026-10-10 10:00:00", true),
            (night, "2026-10-02 22:00:00", true),
            (night, "2026-10-03 05:59:59", true),
            (night, "2026-10-03 06:00:00", false),
            (night, "2026-10-03 22:00:00", false),
            (whole, "2026-10-03 00:00:00", true),
            (whole, "2026-10-04 23:59:59", true),
            (whole, "2026-10-05 00:00:00", false),
            (always, "2026-10-01 10:00:00", false),
            (always, "2026-10-02 03:00:00", true),
            ("{}", "2026-10-01 10:00:00", true),
        ] {
            assert_eq!(hours(rule).is_open(at(time, &zone), &zone), open, "{rule} at {time}");
        }
    }

    #[test]
    fn the_zone_is_the_desks() {
        let rule = hours(r#"{"shifts":[{"days":[1,2,3,4,5],"from":"09:00","to":"18:00"}]}"#);
        let (utc, shanghai) = (TimeZone::UTC, TimeZone::get("Asia/Shanghai").unwrap());
        let morning = at("2026-09-30 02:00:00", &utc);
        assert!(rule.is_open(morning, &shanghai) && !rule.is_open(morning, &utc));
    }

    #[test]
    fn a_closed_service_knows_when_it_opens() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let office = r#"{"shifts":[{"days":[1,2,3,4,5],"from":"09:00","to":"18:00"}],"holidays":["2026-10-05"]}"#;
        for (rule, now, expected) in [
            (office, "2026-09-30 08:00:00", Some("2026-09-30 09:00:00")),
            (office, "2026-09-30 19:00:00", Some("2026-10-01 09:00:00")),
            // Friday evening, and Monday is a holiday.
            (office, "2026-10-02 19:00:00", Some("2026-10-06 09:00:00")),
            (r#"{"holidays":["2026-10-01"]}"#, "2026-10-01 10:00:00", Some("2026-10-02 00:00:00")),
            (r#"{"shifts":[{"days":[],"from":"09:00","to":"18:00"}]}"#, "2026-10-01 10:00:00", None),
        ] {
            let opening = hours(rule).next_opening(at(now, &zone), &zone);
            assert_eq!(opening, expected.map(|time| at(time, &zone)), "{rule} after {now}");
        }
    }
}
