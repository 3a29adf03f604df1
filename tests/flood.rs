//! A flood of datagrams, each made to cost as much as it can: the run ends when its time is up.

mod program;

use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use program::nsup;

/// A server that answers each question with as many expensive datagrams as it can send, until the test ends.
#[test]
fn a_flood_of_expensive_datagrams_does_not_hold_the_run_up() {
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("k");
    std::fs::copy("keys/unsafe.key", &key).unwrap();
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let address = socket.local_addr().unwrap();
    let over = AtomicBool::new(false);
    let (run, sent) = std::thread::scope(|scope| {
        let flood = scope.spawn(|| flood(&socket, &over));
        let options = format!("-k {} --server {address} --zone example.org --udp --timeout 2", key.display());
        let run = nsup(&format!("set h.example.org 192.0.2.1 {options}"));
        over.store(true, Ordering::Relaxed);
        (run, flood.join().unwrap())
    });
    assert!(sent > 20, "only {sent} datagrams were sent");
    assert!(run.took < Duration::from_millis(3000), "{:?}", run.took);
    run.ends(3).complains("nothing was changed");
}

fn flood(socket: &UdpSocket, over: &AtomicBool) -> usize {
    let started = Instant::now();
    let mut request = [0; 512];
    let mut sent = 0;
    while !over.load(Ordering::Relaxed) && started.elapsed() < Duration::from_secs(20) {
        let Ok((_, client)) = socket.recv_from(&mut request) else { continue };
        let datagram = chains(request[0], request[1]);
        while !over.load(Ordering::Relaxed) && started.elapsed() < Duration::from_secs(20) {
            if socket.send_to(&datagram, client).is_err() {
                break;
            }
            sent += 1;
        }
    }
    sent
}

/// An answer with the right ID whose records' names are chains of pointers, each as long as can be.
fn chains(high: u8, low: u8) -> Vec<u8> {
    let mut octets = vec![high, low, 0x80, 0, 0, 0, 0x0f, 0xff, 0, 0, 0, 0];
    // One record without an end to its data: a root name, and 16,000 octets of pointers to the pointer before.
    octets.extend([0, 0xff, 0, 0, 1, 0, 0, 0, 0, 0x3e, 0x80, 0]);
    while octets.len() < 0x3e90 {
        let before = (octets.len() - 2) as u16;
        octets.extend((0xc000 | before).to_be_bytes());
    }
    let last = (octets.len() - 2) as u16;
    while octets.len() < 60_000 {
        octets.extend((0xc000 | last).to_be_bytes());
        octets.extend([0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
    }
    octets
}
