//! Days and hours of UTC+8, the zone of all three vendors.
//!
//! File names carry a local date (004 L883), youme's `QueryDate` is `yyyymmdd` in UTC+8 (002:472), hst's usage records
//! carry local times as text. Nothing else of a calendar is needed, so no crate is.

/// Seconds of a day.
pub(crate) const DAY_S: i64 = 86_400;
const UTC8_S: i64 = 8 * 3600;

/// A moment as clocks in China show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LocalTime {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
}

impl LocalTime {
    /// From seconds since the epoch.
    pub(crate) fn at(unix_s: i64) -> Self {
        let local = unix_s + UTC8_S;
        let (year, month, day) = civil_from_days(local.div_euclid(DAY_S));
        let of_day = local.rem_euclid(DAY_S);
        Self { year, month, day, hour: of_day / 3600, minute: of_day / 60 % 60, second: of_day % 60 }
    }

    /// `20211201`
    pub(crate) fn compact_date(&self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    /// `2021-12-01-10-07-11`, as in the names of recording files (004 L331).
    pub(crate) fn file_stamp(&self) -> String {
        format!(
            "{:04}-{:02}-{:02}-{:02}-{:02}-{:02}",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }

    /// `2020-04-29 15:54:56`
    pub(crate) fn text(&self) -> String {
        format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }
}

/// The first second of the UTC+8 day that holds this moment.
pub(crate) fn day_start(unix_s: i64) -> i64 {
    (unix_s + UTC8_S).div_euclid(DAY_S) * DAY_S - UTC8_S
}

/// The first second of a day written `yyyymmdd`; `None` for what is no such day.
pub(crate) fn parse_compact_date(text: &str) -> Option<i64> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let year: i64 = text.get(0..4)?.parse().ok()?;
    let month: i64 = text.get(4..6)?.parse().ok()?;
    let day: i64 = text.get(6..8)?.parse().ok()?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let days = days_from_civil(year, month, day);
    // A 31st of February survives the arithmetic as some day in March: only a true day comes back as itself.
    (civil_from_days(days) == (year, month, day)).then_some(days * DAY_S - UTC8_S)
}

/// Howard Hinnant's algorithm (public domain), proleptic Gregorian.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_days() {
        // 002's example day.
        assert_eq!(parse_compact_date("20191210"), Some(1_575_907_200));
        assert_eq!(day_start(1_575_962_150), 1_575_907_200);
        // 004 L413: a file stamped 2021-12-01-10-07-11 began at 1638324431.
        assert_eq!(LocalTime::at(1_638_324_431).file_stamp(), "2021-12-01-10-07-11");
        assert_eq!(LocalTime::at(1_638_324_431).compact_date(), "20211201");
    }

    #[test]
    fn what_is_no_day() {
        for text in ["20190230", "2019121", "201912100", "2019-2-1", "20191301", "20190001", "", "２０１９"] {
            assert_eq!(parse_compact_date(text), None, "{text}");
        }
        assert!(parse_compact_date("20200229").is_some());
    }

    #[test]
    fn there_and_back_over_a_century() {
        let mut at = 0;
        while at < 4_000_000_000 {
            let local = LocalTime::at(at);
            assert_eq!(parse_compact_date(&local.compact_date()), Some(day_start(at)));
            at += 86_399 * 7;
        }
    }
}
