//! Webhooks of every provider we know: what a good signature proves, nine forgeries that carry a genuine one, and
//! why a signature does not match.
//!
//! Offline, in well under a second: `cargo run --example webhooks`. It fails where anything is not as it is printed.

#[path = "webhooks/events.rs"]
mod events;
#[path = "webhooks/faults.rs"]
mod faults;
#[path = "webhooks/forgeries.rs"]
mod forgeries;
#[path = "webhooks/samples.rs"]
mod samples;

use countersign::Error;

fn main() -> Result<(), Error> {
    println!("one event of each provider, and what its signature proves\n");
    events::show()?;
    println!("\nnine forgeries with the signature of a genuine event of a Zalo Mini App\n");
    forgeries::show()?;
    println!("\nwhy a signature does not match: for a log, never a reason to accept\n");
    faults::show()
}
