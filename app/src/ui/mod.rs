//! The kit that pages are made of. No data and no rules.

mod field;
mod frame;
mod icon;
mod list;
mod list_page;
mod picture;
mod time;
mod words;

pub use field::{Choice, Field, Hidden, Select, SelectOption, TextArea};
pub use frame::{AdminFrame, DoorFrame, Head, PanelFrame, page};
pub use icon::Icon;
pub use list::{FilterChip, Filters, Pager, SortHead, list_ask};
pub use list_page::{ListPage, ListTable, Nothing, Paging, is_empty};
pub use picture::{Avatar, Logo};
pub use time::{When, day, relative, until};
pub use words::{Badge, DemoRule, Empty, Notice, Notices, Tone};
