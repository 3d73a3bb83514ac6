//! 20 MB of photographs, signed, verified and sent on, in memory that does not grow with them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use allocation_counter::measure;
use axum::body::{Body, to_bytes};
use countersign::partner::vnpt_bioid::Profile;
use ekyc_backend::app::Photographs;
use ekyc_backend::tour::{World, peak_kibibytes, said};
use ekyc_backend::{CAVAGE_07, RFC_9421};
use tokio::runtime::{Builder, Runtime};

/// The most bytes on the heap at a time while this runs, beyond those before. All three parties are on this one thread; the
/// threads behind it read and write files, and hold nothing.
fn peak_of(runtime: &Runtime, work: impl Future<Output = ()>) -> u64 {
    measure(|| runtime.block_on(work)).bytes_max
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn upload(world: &World, photographs: &Photographs) {
    let exchange = world.app.upload(photographs).await.unwrap();
    assert_eq!(said(&world.app, &exchange), "approved");
}

fn peak_of_an_upload(profile: Profile) -> u64 {
    let runtime = runtime();
    let world = runtime.block_on(World::start(profile, Arc::new(|_| ()))).unwrap();
    runtime.block_on(async {
        // What every upload takes: connections, and tables that grow once.
        upload(&world, &Photographs::take(&world.spools, 100_000).await.unwrap()).await;
    });
    let resident = peak_kibibytes();
    let peak = peak_of(&runtime, async {
        let photographs = Photographs::take(&world.spools, 20_000_000).await.unwrap();
        assert!(photographs.bytes() > 19_999_000);
        upload(&world, &photographs).await;
    });
    let rise = resident.zip(peak_kibibytes()).map(|(before, after)| after - before);
    println!("at most {} KiB on the heap; the process grew by {rise:?} KiB", peak / 1024);
    peak
}

/// App, backend and service together: the body comes in and goes out twice. Several times, since how much is ready when
/// somebody looks is a matter of luck: a reader that takes all of it once took 25 MiB here, and mostly 2.
#[test]
fn an_upload_of_20_mb_takes_less_than_4_mib() {
    for profile in [RFC_9421, CAVAGE_07, RFC_9421, CAVAGE_07] {
        let peak = peak_of_an_upload(profile);
        assert!(peak < 4 * 1024 * 1024, "{peak} bytes");
    }
}

/// What the test above would see of a backend that reads a body whole.
#[test]
fn a_body_that_is_read_whole_is_seen() {
    let runtime = runtime();
    let spools = ekyc_backend::spool::Spools::within(&std::env::temp_dir(), "ekyc-test").unwrap();
    let peak = peak_of(&runtime, async {
        let mut spool = spools.open().await.unwrap();
        for _ in 0..200 {
            spool.write(&[0; 100_000]).await.unwrap();
        }
        let spooled = spool.finish().await.unwrap();
        let body = Body::from_stream(spooled.stream().await.unwrap());
        assert_eq!(to_bytes(body, usize::MAX).await.unwrap().len(), 20_000_000);
    });
    assert!(peak >= 20_000_000, "{peak} bytes");
}
