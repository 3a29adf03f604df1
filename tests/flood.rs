//! A flood of datagrams, each made to cost as much as it can: the run ends when its time is up, a true answer among them is
//! found, and nothing of them is kept.

mod faulty;
mod primary;
mod program;

use std::collections::VecDeque;
use std::fs;
use std::net::UdpSocket;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use faulty::{NAME, World};
use nsup::proto::Rcode;
use primary::Forgery;
use program::{command, nsup};

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

/// How many forgeries a second come, and how long a true answer takes to come among them.
const A_SECOND: f64 = 10_000.0;
const LATE: Duration = Duration::from_millis(1200);

#[test]
fn among_ten_thousand_forgeries_a_second_the_true_answers_are_found_and_no_memory_is_used_up() {
    let world = World::with([]);
    let front = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (key, server) = (world.directory.path().join("k"), front.local_addr().unwrap());
    let words = format!("set {NAME} 192.0.2.2 -k {} --server {server} --zone example.org --udp", key.display());
    let over = AtomicBool::new(false);
    let (status, sent, took, memory) = std::thread::scope(|scope| {
        let between = scope.spawn(|| forge_between(&front, &world, &over));
        let started = Instant::now();
        let mut run = command().args(words.split_whitespace()).stdout(Stdio::null()).spawn().unwrap();
        let mut memory = Vec::new();
        let status = loop {
            memory.extend(resident(run.id()));
            if let Some(status) = run.try_wait().unwrap() {
                break status;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let took = started.elapsed();
        over.store(true, Ordering::Relaxed);
        (status, between.join().unwrap(), took, memory)
    });
    assert_eq!(status.code(), Some(0));
    assert!(world.holds("192.0.2.2") && world.primary.serial() == 2, "{:?}", world.primary.all());
    assert!(took > 2 * LATE && took < Duration::from_secs(21), "{took:?}");
    assert!(sent as f64 > took.as_secs_f64() * A_SECOND / 2.0, "only {sent} forgeries in {took:?}");
    // From its first second on, when everything that it needs is there.
    let settled = memory[memory.len() / 4];
    let most = memory.iter().max().unwrap();
    assert!(*most < settled + 1024, "{settled} kB became {most} kB: {memory:?}");
}

/// Stands between a client and the primary: the true answers come late, and forgeries all the time. Says how many.
fn forge_between(front: &UdpSocket, world: &World, over: &AtomicBool) -> usize {
    let back = UdpSocket::bind("127.0.0.1:0").unwrap();
    back.connect(world.primary.address()).unwrap();
    front.set_nonblocking(true).unwrap();
    back.set_nonblocking(true).unwrap();
    let forgery = Forgery::wrong_mac(Rcode::REFUSED);
    let (mut waiting, mut target, mut octets) = (VecDeque::new(), None, [0; 1500]);
    let (mut began, mut sent) = (Instant::now(), 0);
    while !over.load(Ordering::Relaxed) && began.elapsed() < Duration::from_secs(60) {
        while let Ok((length, client)) = front.recv_from(&mut octets) {
            if target.is_none() {
                began = Instant::now();
            }
            target = Some((client, forgery.build(&octets[..length])));
            waiting.push_back((Instant::now() + LATE, octets[..length].to_vec()));
        }
        while waiting.front().is_some_and(|(when, _)| *when <= Instant::now()) {
            let (_, request) = waiting.pop_front().unwrap();
            back.send(&request).unwrap();
        }
        if let Some((client, forged)) = &target {
            while let Ok(length) = back.recv(&mut octets) {
                let _ = front.send_to(&octets[..length], client);
            }
            while (sent as f64) < began.elapsed().as_secs_f64() * A_SECOND {
                // The client may have gone.
                let _ = front.send_to(forged, client);
                sent += 1;
            }
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    sent
}

/// How much of a process is in memory, in kB; nothing once it has ended.
fn resident(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
