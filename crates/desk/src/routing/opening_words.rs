//! Business hours as people say them.

use jiff::civil::Time;

use super::hours::{Hours, Shift};

const CHINESE: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
const ENGLISH: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// Shifts that are put into words; who has more of them does not tell them in a line.
const MAX_SHIFTS: usize = 14;

impl Hours {
    /// The weekly hours in a line, such as `Mon–Fri 9:00–18:00`, in Chinese or in English; empty if there are none, or too
    /// many for a line. Holidays are left out.
    #[must_use]
    pub fn in_words(&self, chinese: bool) -> String {
        let mut lines: Vec<(String, Vec<String>)> = Vec::new();
        if self.shifts.len() > MAX_SHIFTS {
            return String::new();
        }
        for shift in &self.shifts {
            let days = days(shift, chinese);
            let times = format!("{}–{}", time(shift.from), end(shift.to));
            match lines.iter_mut().find(|(known, _)| *known == days) {
                Some((_, known)) => known.push(times),
                None if days.is_empty() => {}
                None => lines.push((days, vec![times])),
            }
        }
        let (between_times, between_lines) = if chinese { ("、", "；") } else { (", ", "; ") };
        let lines = lines.into_iter().map(|(days, times)| format!("{days} {}", times.join(between_times)));
        lines.collect::<Vec<_>>().join(between_lines)
    }
}

/// The days of a shift: those that follow each other as a range.
fn days(shift: &Shift, chinese: bool) -> String {
    let names = if chinese { CHINESE } else { ENGLISH };
    let is_on = |day: usize| shift.days.iter().any(|on| usize::from(*on) == day + 1);
    if (0..7).all(is_on) {
        return if chinese { "每天" } else { "Every day" }.to_owned();
    }
    let mut parts: Vec<String> = Vec::new();
    let mut day = 0;
    while day < 7 {
        let first = day;
        while day < 7 && is_on(day) {
            day += 1;
        }
        match day - first {
            0 => day += 1,
            1 => parts.push(names[first].to_owned()),
            2 => parts.extend([names[first].to_owned(), names[day - 1].to_owned()]),
            _ => parts.push(format!("{}{}{}", names[first], if chinese { "至" } else { "–" }, names[day - 1])),
        }
    }
    parts.join(if chinese { "、" } else { ", " })
}

fn time(time: Time) -> String {
    format!("{}:{:02}", time.hour(), time.minute())
}

/// The end of a shift: midnight is that of the end of the day.
fn end(at: Time) -> String {
    if at == Time::midnight() { "24:00".to_owned() } else { time(at) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hours_are_told_as_people_say_them() {
        let shift = |days: &[u8], from: &str, to: &str| json!({ "days": days, "from": from, "to": to });
        for (shifts, english, chinese) in [
            (json!([]), "", ""),
            (json!([shift(&[1, 2, 3, 4, 5], "09:00", "18:00")]), "Mon–Fri 9:00–18:00", "周一至周五 9:00–18:00"),
            (
                json!([shift(&[5, 1, 3, 2, 4], "09:00", "12:00"), shift(&[1, 2, 3, 4, 5], "13:30", "18:00")]),
                "Mon–Fri 9:00–12:00, 13:30–18:00",
                "周一至周五 9:00–12:00、13:30–18:00",
            ),
            (
                json!([shift(&[1, 2, 3, 4, 5], "09:00", "18:00"), shift(&[6, 7], "10:00", "16:00")]),
                "Mon–Fri 9:00–18:00; Sat, Sun 10:00–16:00",
                "周一至周五 9:00–18:00；周六、周日 10:00–16:00",
            ),
            (json!([shift(&[1, 2, 3, 4, 5, 6, 7], "00:00", "00:00")]), "Every day 0:00–24:00", "每天 0:00–24:00"),
            (
                json!([shift(&[1, 3, 5, 6, 7], "22:00", "06:00")]),
                "Mon, Wed, Fri–Sun 22:00–6:00",
                "周一、周三、周五至周日 22:00–6:00",
            ),
            (json!([shift(&[], "09:00", "18:00"), shift(&[9], "09:00", "18:00")]), "", ""),
            (json!(vec![shift(&[1], "09:00", "18:00"); MAX_SHIFTS + 1]), "", ""),
        ] {
            let hours: Hours = serde_json::from_value(json!({ "shifts": shifts })).unwrap();
            assert_eq!((hours.in_words(false).as_str(), hours.in_words(true).as_str()), (english, chinese), "{shifts}");
        }
    }
}
