//! Telephone numbers in running text, told from dates, times, sums and versions.

/// From this many digits on, grouped digits read as a number to call: `612 345 678`.
const PLAIN: usize = 9;
/// With a country code or a leading zero fewer will do: `+49 170 12`, `040 12345`.
const PREFIXED: usize = 7;
/// After "call" or "Tel." fewer still.
const ANNOUNCED: usize = 5;
const ANNOUNCEMENTS: [&str; 16] = [
    "call",
    "dial",
    "fax",
    "fon",
    "handy",
    "mobil",
    "mobile",
    "phone",
    "ring",
    "rufnummer",
    "sms",
    "tel",
    "telefon",
    "telephone",
    "text",
    "whatsapp",
];

/// Digits and the separators that stood before them.
struct Group {
    before: String,
    digits: String,
}

/// The first telephone number of one line, as written.
pub(super) fn find(line: &str) -> Option<String> {
    let mut announced = false;
    let mut word = String::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut between = String::new();
    for c in line.chars().chain(['\n']) {
        if c.is_numeric() {
            match groups.last_mut() {
                Some(group) if between.is_empty() => group.digits.push(c),
                _ => groups.push(Group { before: std::mem::take(&mut between), digits: c.into() }),
            }
            continue;
        }
        // A plus sign can only begin a number.
        if is_separator(c) && (c != '+' || groups.is_empty()) {
            between.push(c);
            continue;
        }
        if !groups.is_empty() {
            if let Some(found) = number_in(&groups, announced) {
                return Some(found);
            }
            groups.clear();
            announced = false;
        }
        if c == '+' {
            between = "+".into();
            continue;
        }
        if c.is_alphabetic() {
            if !between.is_empty() {
                word.clear();
            }
            word.extend(c.to_lowercase());
            announced = ANNOUNCEMENTS.contains(&word.as_str());
        } else if c != ':' {
            word.clear();
        }
        between.clear();
    }
    None
}

fn is_separator(c: char) -> bool {
    matches!(c, '+' | '-' | '.' | '/' | '(' | ')' | '‐'..='―' | '·') || c.is_whitespace() && c != '\n'
}

/// What is left of a run between its dates and times.
fn number_in(groups: &[Group], announced: bool) -> Option<String> {
    let mut start = 0;
    let mut at = 0;
    while at < groups.len() {
        let length = date_at(groups, at).or_else(|| time_at(groups, at));
        if let Some(length) = length {
            if let Some(found) = number(&groups[start..at], announced) {
                return Some(found);
            }
            at += length;
            start = at;
        } else {
            at += 1;
        }
    }
    number(&groups[start..], announced)
}

fn number(groups: &[Group], announced: bool) -> Option<String> {
    let first = groups.first()?;
    let digits: usize = groups.iter().map(|group| group.digits.chars().count()).sum();
    let international = first.before.contains('+');
    let is_decimal = groups.len() == 2 && groups[1].before == "." && first.digits == "0";
    let is_sum = groups.len() > 1
        && !first.digits.starts_with('0')
        && groups[1..].iter().all(|group| group.before == "." && group.digits.len() == 3);
    if !international && (is_decimal || is_sum) {
        return None;
    }
    let least = match () {
        () if announced => ANNOUNCED,
        () if international || first.digits.starts_with('0') || first.before.contains('(') => PREFIXED,
        () => PLAIN,
    };
    let written = || groups.iter().map(|group| format!("{}{}", group.before, group.digits)).collect::<String>();
    (digits >= least).then(|| written().trim().to_owned())
}

/// How many groups a date takes: `12.01.2026`, `2026-11-23`, `1/12/26`. One more of the same sort on either side
/// (`01.23.45.67.89`) and it is none.
fn date_at(groups: &[Group], at: usize) -> Option<usize> {
    let [first, second, third] = groups.get(at..at + 3)? else {
        return None;
    };
    let separator = second.before.as_str();
    let stands_alone =
        (at == 0 || first.before != separator) && groups.get(at + 3).is_none_or(|next| next.before != separator);
    if !matches!(separator, "." | "-" | "/" | ". ") || third.before != separator || !stands_alone {
        return None;
    }
    let [a, b, c] = [first, second, third].map(|group| group.digits.parse::<u32>().unwrap_or(u32::MAX));
    let [long, _, last] = [first, second, third].map(|group| group.digits.len());
    let is_date = match (long, last) {
        (4, 1..=2) => (1900..2200).contains(&a) && (1..=12).contains(&b) && (1..=31).contains(&c),
        (1..=2, 2 | 4) => {
            let days = (1..=31).contains(&a) && (1..=31).contains(&b) && a.min(b) <= 12;
            days && (last == 2 || (1900..2200).contains(&c))
        }
        _ => false,
    };
    is_date.then_some(3)
}

/// How many groups a time with a dot takes: `09.30`.
fn time_at(groups: &[Group], at: usize) -> Option<usize> {
    let [hours, minutes] = groups.get(at..at + 2)? else {
        return None;
    };
    let stands_alone = (at == 0 || hours.before != ".") && groups.get(at + 2).is_none_or(|next| next.before != ".");
    let is_time = minutes.before == "."
        && hours.digits.len() <= 2
        && minutes.digits.len() == 2
        && hours.digits.parse::<u32>().is_ok_and(|hours| hours <= 24)
        && minutes.digits.parse::<u32>().is_ok_and(|minutes| minutes <= 59);
    (stands_alone && is_time).then_some(2)
}

#[cfg(test)]
mod tests;
