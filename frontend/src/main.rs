//! Starts the application in the browser. Everything is in the library, so that unit tests run natively.

fn main() {
    frontend::start();
}
