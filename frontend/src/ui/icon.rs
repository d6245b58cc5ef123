//! The small line drawings of actions, on a 24-unit square. Always beside words or under an accessible name.

use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Add,
    Alert,
    Back,
    Calendar,
    Check,
    Close,
    Contrast,
    Down,
    Download,
    Edit,
    Forward,
    Globe,
    Grid,
    Home,
    Info,
    Link,
    List,
    Map,
    Menu,
    Minus,
    Moon,
    Person,
    People,
    Print,
    Retry,
    Search,
    Sheet,
    Sign,
    Sun,
    Undo,
    Week,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Add => "M12 5v14M5 12h14",
            Self::Alert => "M12 4 2.8 19.5h18.4L12 4zM12 10v4.5M12 17.2v.1",
            Self::Back => "M15 5l-7 7 7 7",
            Self::Calendar => "M4 6.5h16V20H4zM4 10.5h16M8 4v4M16 4v4",
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Close => "M6 6l12 12M18 6 6 18",
            Self::Contrast => {
                "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 3.5v17M14.6 4.5v15M17.2 6.2v11.6"
            }
            Self::Down => "M6 9.5l6 6 6-6",
            Self::Download => "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4.5 19.5h15",
            Self::Edit => "M4.5 19.5l1-4L16 5l3 3L8.5 18.5l-4 1zM14 7l3 3",
            Self::Forward => "M9 5l7 7-7 7",
            Self::Globe => {
                "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c5 5 5 12 0 17-5-5-5-12 0-17"
            }
            Self::Grid => "M4 4h16v16H4zM4 9.5h16M4 15h16M9.5 4v16M15 4v16",
            Self::People => {
                "M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM2.5 19.5c.8-3.5 3.2-5 6.5-5s5.7 1.5 6.5 5M16 5.5a3.2 3.2 0 0 1 0 6.2M18 14.8c2 .7 3.1 2.3 3.5 4.7"
            }
            Self::Sheet => "M6 3.5h8l4.5 4.5v12.5H6zM14 3.5V8h4.5M9 12.5h6.5M9 16h6.5",
            Self::Sign => "M12 20.5v-6M12 9V3.5M4.5 3.5v0M5 4h12l3 2.5L17 9H5zM19 9.8H8L5 12.2l3 2.3h11z",
            Self::Home => "M4 11.5 12 4.5l8 7M6 10v9.5h12V10M10 19.5v-6h4v6",
            Self::Info => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5.5M12 7.7v.1",
            Self::Link => {
                "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.5 1.5M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.5-1.5"
            }
            Self::List => "M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4 6.5h.1M4 12h.1M4 17.5h.1",
            Self::Map => "M3.5 6.5 9 4.5l6 2 5.5-2v13l-5.5 2-6-2-5.5 2zM9 4.5v13M15 6.5v13",
            Self::Menu => "M4 7h16M4 12h16M4 17h16",
            Self::Minus => "M5 12h14",
            Self::Moon => "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
            Self::Person => "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5",
            Self::Print => "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
            Self::Retry => "M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4v5h-5",
            Self::Search => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 20.5 20.5",
            Self::Sun => {
                "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"
            }
            Self::Undo => "M8.5 5 4 9.5 8.5 14M4.5 9.5H14a5 5 0 0 1 0 10H9",
            Self::Week => "M4 5.5h16V20H4zM4 9.5h16M8 13.5l2.5 2.5 5-4.5",
        }
    }
}

/// The drawing, hidden from assistive technology: its words stand beside it.
pub fn icon(icon: Icon) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=icon.path() />
        </svg>
    }
}
