//! Signed HTTP messages: a request and its answer in every scheme, every way a changed one is refused, and document
//! `000`, where an app hands on what a service said.
//!
//! Offline, in well under a second: `cargo run --example signed_http`. It fails where anything is not as it is printed.

#[path = "signed_http/document.rs"]
mod document;
#[path = "signed_http/message.rs"]
mod message;
#[path = "signed_http/schemes.rs"]
mod schemes;
#[path = "signed_http/tampered.rs"]
mod tampered;

use countersign::Error;

fn main() -> Result<(), Error> {
    println!("a request and its answer in each scheme, signed and verified\n");
    schemes::show()?;
    println!("\none signed request, and what is made of it on the way\n");
    tampered::show()?;
    println!("\ndocument 000: an app hands on what VNPT BioID said\n");
    document::show()
}
