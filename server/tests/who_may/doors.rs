//! Which door of the map a line of the file knocks at.

use std::collections::BTreeSet;

use crate::browser::map::Door;
use crate::line::Line;

/// Does the line knock here? Among several doors that fit, [`which`] takes the one with the fewest braces.
fn fits(door: &Door, line: &Line) -> bool {
    let path = line.path.split('?').next().unwrap_or_default();
    let (parts, asked): (Vec<&str>, Vec<&str>) = (door.path.split('/').collect(), path.split('/').collect());
    door.method == line.method
        && parts.len() == asked.len()
        && parts.iter().zip(asked).all(|(part, asked)| part.starts_with('{') || *part == asked)
}

pub fn which<'a>(doors: &'a BTreeSet<Door>, line: &Line) -> Option<&'a Door> {
    doors.iter().filter(|door| fits(door, line)).min_by_key(|door| door.path.matches('{').count())
}
