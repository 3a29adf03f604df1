//! A world with a real pppd in it: User-mode Linux, a provider, a home, and a scenario that is played there.
//!
//! The kernel is an ordinary process with the host's files as its root, which it cannot write to. `world.sh` is what it
//! starts, and describes the world; `lib.sh` has the words for scenarios; every other script here is a scenario. This
//! file owns the process, its directory, and what is made of the results.

// Within a test binary nothing public can be reached from outside.
#![allow(unreachable_pub)]

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};
use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

/// What is needed.
const FILES: &[&str] = &[
    "linux.uml",
    "pppd",
    "pppoe-server",
    "pppoe",
    "named",
    "dig",
    "nsupdate",
    "ip",
    "modprobe",
    "nsenter",
    "unshare",
    "pgrep",
    "perl",
    "/usr/lib/uml/modules",
];

/// The kernel's memory in MiB. It takes from the host what it uses, about a third of this.
const MEMORY: u64 = 384;

/// How long the kernel may take to notice that the time is up, before it is killed.
const GRACE: Duration = Duration::from_secs(10);

/// Starts a world, and a scenario with `program` as its nsup, and waits for the end of both.
///
/// After `limit` the world is switched off, whatever happens in it. `None` when something that it needs is missing, which
/// stderr is told; where `CI` is set and not empty that is a panic instead, so that no test is left out there unnoticed.
pub fn play(scenario: &str, program: &Path, limit: Duration) -> Option<Report> {
    if let Some(missing) = FILES.iter().find(|file| !is_usable(file)) {
        let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
        assert!(!in_ci, "{missing} is not installed, or this user may not run it");
        eprintln!("SKIPPED: {scenario}, because {missing} is not installed, or this user may not run it");
        return None;
    }
    let directory = prepare(scenario, program);
    let started = Instant::now();
    let mut world = World(start(directory.path(), limit));
    let ended = world.wait(limit + GRACE);
    drop(world);
    let results = read(directory.path(), "results");
    Some(Report { ended, took: started.elapsed(), results, directory })
}

/// What a scenario has left behind.
pub struct Report {
    ended: bool,
    took: Duration,
    results: String,
    directory: TempDir,
}

impl Report {
    /// Asserts that the scenario has come to its end and that everything in it was as it should be.
    ///
    /// Otherwise the panic shows the results and the ends of all logs, and the directory with the whole of them stays.
    #[track_caller]
    pub fn all_is_well(mut self) {
        let mut lines = self.results.lines();
        let faults = lines.clone().filter(|line| line.starts_with("not ok ")).count();
        let deeds = lines.clone().filter(|line| line.starts_with("ok ")).count();
        let finished = self.ended && lines.any(|line| line == "end");
        println!("{}(the whole took {:.1} s)", self.results, self.took.as_secs_f64());
        if finished && faults == 0 && deeds > 0 {
            return;
        }
        for log in ["console", "syslog", "named.log"] {
            let text = read(self.directory.path(), log);
            let lines: Vec<&str> = text.lines().collect();
            eprintln!("--- end of {log}\n{}", lines[lines.len().saturating_sub(LINES)..].join("\n"));
        }
        self.directory.disable_cleanup(true);
        let place = self.directory.path().display();
        let end = if finished { "came to its end" } else { "did not come to its end" };
        panic!("{faults} faults, and the scenario {end}; all logs are in {place}:\n{}", self.results);
    }
}

/// How much of each log is shown when a scenario fails.
const LINES: usize = 80;

/// The running kernel with all that runs in it; dropping it ends them.
struct World(Child);

impl World {
    /// Whether it has switched itself off in time.
    fn wait(&mut self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if self.0.try_wait().expect("the kernel is our child").is_some() {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // The processes in there are processes out here too, in the group that begins with the kernel.
        if let Some(group) = Pid::from_raw(self.0.id().cast_signed()) {
            // It can only fail when all of them have ended already.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

/// Everything that the world needs, in the one directory that it sees.
fn prepare(scenario: &str, program: &Path) -> TempDir {
    // Not among the temporary files: what stays after a failure goes with `cargo clean`.
    let place = env!("CARGO_TARGET_TMPDIR");
    let directory = TempDir::with_prefix_in(format!("world-{scenario}-"), place).expect("a directory");
    let (repository, world) = (Path::new(env!("CARGO_MANIFEST_DIR")), directory.path());
    let scripts = repository.join("tests/world");
    copy(&scripts.join("world.sh"), &world.join("world.sh"));
    copy(&scripts.join("lib.sh"), &world.join("lib.sh"));
    copy(&scripts.join(format!("{scenario}.sh")), &world.join("scenario.sh"));
    copy(program, &world.join("nsup"));
    for hooks in ["ip-up.d", "ip-down.d", "ipv6-up.d", "ipv6-down.d"] {
        let (from, to) = (repository.join("contrib/ppp").join(hooks), world.join("ppp").join(hooks));
        fs::create_dir_all(&to).expect("a directory for hooks");
        for hook in fs::read_dir(&from).unwrap_or_else(|why| panic!("{}: {why}", from.display())) {
            let hook = hook.expect("a hook");
            copy(&hook.path(), &to.join(hook.file_name()));
        }
    }
    directory
}

fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap_or_else(|why| panic!("{}: {why}", from.display()));
}

/// Starts the kernel, which has its sockets in its own directory, so that any number of them can run side by side.
fn start(directory: &Path, limit: Duration) -> Child {
    let console = File::create(directory.join("console")).expect("a file for the console");
    let twin = console.try_clone().expect("a second handle on the console");
    let mut command = Command::new(find("linux.uml").expect("it was there a moment ago"));
    command
        .args([format!("mem={MEMORY}M"), format!("limit={}", limit.as_secs())])
        .args(["rootfstype=hostfs", "rootflags=/", "ro", "quiet", "con=null", "con0=fd:0,fd:1"])
        .args(["uml_dir=.", "umid=kernel"])
        .arg(format!("init=\"{}/world.sh\"", directory.display()))
        .current_dir(directory)
        .env_clear()
        .env("TMPDIR", place_for_memory(directory))
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(console)
        .stderr(twin);
    if let Some(registers) = registers(directory) {
        command.env("LD_PRELOAD", registers);
    }
    command.spawn().expect("the kernel starts")
}

/// A library for the kernel on a processor for whose registers it has no room, as registers.c tells; built by the compiler
/// that Rust links with.
fn registers(directory: &Path) -> Option<PathBuf> {
    let has_matrices = fs::read_to_string("/proc/cpuinfo").is_ok_and(|text| text.contains(" amx_tile"));
    let library = directory.join("registers.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/world/registers.c");
    has_matrices.then(|| {
        let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).status();
        assert!(built.expect("cc starts").success(), "registers.c does not compile");
        library
    })
}

/// Where the file is that the kernel has its memory in, which it runs code from: in memory, if there is room.
fn place_for_memory(directory: &Path) -> &Path {
    let memory = Path::new("/dev/shm");
    let fits = statvfs(memory).is_ok_and(|stat| {
        let free = stat.f_bavail.saturating_mul(stat.f_frsize) >> 20;
        free > 4 * MEMORY && !stat.f_flag.intersects(StatVfsMountFlags::NOEXEC | StatVfsMountFlags::RDONLY)
    });
    if fits { memory } else { directory }
}

/// Whether the kernel can use a file, since it can no more than this process: pppd is for root and the group dip only.
fn is_usable(file: &str) -> bool {
    find(file).is_some_and(|path| access(path, Access::READ_OK | Access::EXEC_OK).is_ok())
}

/// Where a program is that the world can find, if it is installed; what is a path already stays one.
fn find(program: &str) -> Option<PathBuf> {
    let places = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    places.iter().map(|place| Path::new(place).join(program)).find(|path| path.exists())
}

fn read(directory: &Path, file: &str) -> String {
    let text = fs::read(directory.join(file)).unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}
