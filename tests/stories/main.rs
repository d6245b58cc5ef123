//! The stories: what somebody does over HTTP, against the server as a process. One binary, because each would hold the
//! whole of what it links.

mod accounts;
mod advising;
mod contracting;
mod councils;
mod crashing;
mod crowding;
mod editing;
mod erasing;
mod exporting;
mod following;
mod fuzzing;
mod hiding;
mod identifying;
mod importing;
mod mailing;
mod matching;
mod matrix;
mod merging;
mod officers;
mod probing;
mod pushing;
mod reading;
mod refusing;
mod resisting;
mod samples;
mod saving;
mod serving;
mod several;
mod signing;
mod spending;
mod statements;
mod weathering;
mod webhooks;
