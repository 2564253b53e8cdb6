//! Restwell on a terminal: a test presses keys and reads the screen.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use rexpect::process::wait::WaitStatus;
use rexpect::process::{PtyProcess, Signal};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};
use tempfile::TempDir;
use vt100::Parser;

use super::session::{Listing, PROGRAM, listing};
use super::waiting::{settled, wait_for};

/// Keys as the bytes of a terminal.
pub(super) const ENTER: &str = "\r";
pub(super) const DOWN: &str = "\u{1b}[B";
pub(super) const ESCAPE: &str = "\u{1b}";
pub(super) const CONTROL_C: &str = "\u{3}";

/// Columns and rows.
pub(super) type Size = (u16, u16);

/// The output of the program.
struct Screen {
    parser: Parser,
    raw: Vec<u8>,
}

pub(super) struct Terminal {
    directory: TempDir,
    process: PtyProcess,
    keys: File,
    screen: Arc<Mutex<Screen>>,
    /// The settings before restwell was started.
    before: Termios,
    /// Ends when no process has the terminal open and all its output is on the screen.
    reader: std::thread::JoinHandle<()>,
}

/// A run before its start.
pub(super) struct Start {
    pub(super) directory: TempDir,
    command: Command,
    size: Size,
}

/// Restwell in an empty directory, on a terminal of 80 by 24.
pub(super) fn on_terminal<const N: usize>(words: [&str; N]) -> Terminal {
    terminal(words).starts()
}

/// The same with variables of the environment.
pub(super) fn on_terminal_with<const N: usize>(words: [&str; N], variables: &[(&str, &str)]) -> Terminal {
    variables.iter().fold(terminal(words), |start, (name, value)| start.env(name, value)).starts()
}

/// Restwell, to be started in an empty directory.
pub(super) fn terminal<const N: usize>(words: [&str; N]) -> Start {
    let directory = tempfile::tempdir().expect("a directory");
    // The shell owns the terminal until the size is set, so the first screen has this size.
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            "stty rows \"$ROWS\" cols \"$COLUMNS\" echo; PATH=\"${LOOK_IN:-$PATH}\" exec \"$@\"",
            "sh",
            PROGRAM,
        ])
        .args(words)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", directory.path())
        .env("TERM", "xterm")
        .env("NO_COLOR", "1");
    Start { directory, command, size: (80, 24) }
}

impl Start {
    pub(super) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(super) fn sized(mut self, size: Size) -> Self {
        self.size = size;
        self
    }

    /// Starts in a new subdirectory.
    pub(super) fn inside(mut self, path: &str) -> Self {
        let inside = self.directory.path().join(path);
        std::fs::create_dir_all(&inside).expect("made");
        self.command.current_dir(inside);
        self
    }

    /// Puts a program on the path, before all others.
    pub(super) fn program(mut self, name: &str, script: &str) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let bin = self.directory.path().join("bin");
        std::fs::create_dir_all(&bin).expect("made");
        std::fs::write(bin.join(name), script).expect("written");
        std::fs::set_permissions(bin.join(name), std::fs::Permissions::from_mode(0o755)).expect("set");
        let path = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>();
        let path = std::env::join_paths([bin].into_iter().chain(path)).expect("a path");
        self.command.env("PATH", path);
        self
    }

    pub(super) fn starts(mut self) -> Terminal {
        let (columns, rows) = self.size;
        if self.command.get_current_dir().is_none() {
            self.command.current_dir(self.directory.path());
        }
        self.command.env("ROWS", rows.to_string()).env("COLUMNS", columns.to_string());
        let mut process = PtyProcess::new(self.command).expect("it starts");
        // A test that fails must not wait for a process that is stopped.
        process.set_kill_timeout(Some(1000));
        let screen = Screen { parser: Parser::new(number(rows), number(columns), 0), raw: Vec::new() };
        let screen = Arc::new(Mutex::new(screen));
        let (mut output, target) = (process.get_file_handle().expect("a terminal"), Arc::clone(&screen));
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut bytes) {
                let mut screen = target.lock().expect("no reader has panicked");
                screen.parser.process(&bytes[..length]);
                screen.raw.extend(&bytes[..length]);
            }
        });
        let before = untouched(&process);
        let keys = process.get_file_handle().expect("a terminal");
        Terminal { directory: self.directory, process, keys, screen, before, reader }
    }
}

fn number(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("a screen has a size")
}

/// The initial settings of a terminal.
fn untouched(process: &PtyProcess) -> Termios {
    use rustix::termios::{InputModes, LocalModes};
    let mut found = tcgetattr(&process.pty).expect("a terminal");
    found.local_modes |= LocalModes::ECHO | LocalModes::ICANON | LocalModes::IEXTEN;
    found.input_modes |= InputModes::ICRNL;
    found
}

impl Terminal {
    /// The text on the screen.
    pub(super) fn screen(&self) -> String {
        self.screen.lock().expect("no reader has panicked").parser.screen().contents()
    }

    /// All output so far.
    fn raw(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().expect("no reader has panicked").raw).into_owned()
    }

    /// Waits until the screen has this text.
    #[track_caller]
    pub(super) fn sees(self, text: &str) -> Self {
        // A line of the text may be broken where the screen ends.
        let has = |screen: &str| screen.contains(text) || screen.replace('\n', "").contains(text);
        if wait_for(|| has(&self.screen()).then_some(())).is_none() {
            panic!("`{text}` is not on the screen:\n{}", self.screen());
        }
        self
    }

    /// The screen does not have this text. To be called after `sees`.
    #[track_caller]
    pub(super) fn sees_no(self, text: &str) -> Self {
        assert!(!self.screen().contains(text), "`{text}` is on the screen:\n{}", self.screen());
        self
    }

    /// Passes the screen to a function once it stays the same.
    pub(super) fn looks(self, look: impl FnOnce(&str)) -> Self {
        look(&settled(|| self.screen()));
        self
    }

    /// Presses keys.
    pub(super) fn presses(mut self, keys: &str) -> Self {
        self.keys.write_all(keys.as_bytes()).expect("sent");
        self
    }

    /// Changes the size of the window.
    pub(super) fn resizes(self, (columns, rows): Size) -> Self {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        self.screen.lock().expect("no reader has panicked").parser.screen_mut().set_size(number(rows), number(columns));
        tcsetwinsize(&self.process.pty, size).expect("a terminal");
        self
    }

    pub(super) fn gets(self, signal: Signal) -> Self {
        rexpect::process::signal::kill(self.process.child_pid, signal).expect("it runs");
        self
    }

    /// Waits until the process is stopped, as by Ctrl-Z.
    #[track_caller]
    pub(super) fn stops(self) -> Self {
        let path = format!("/proc/{}/stat", self.process.child_pid);
        let is_stopped = || std::fs::read_to_string(&path).ok().filter(|stat| stat.contains(") T ")).map(drop);
        wait_for(is_stopped).expect("it stops");
        self
    }

    /// The terminal has its initial settings.
    #[track_caller]
    pub(super) fn restored(self) -> Self {
        let found = tcgetattr(&self.process.pty).expect("a terminal");
        assert_same(&self.before, &found);
        // The last output may still be in transit.
        wait_for(|| self.is_plain().then_some(())).expect("a cursor, the main screen, and pastes without marks");
        self
    }

    fn is_plain(&self) -> bool {
        let screen = self.screen.lock().expect("no reader has panicked");
        let screen = screen.parser.screen();
        !screen.hide_cursor() && !screen.alternate_screen() && !screen.bracketed_paste()
    }

    /// Waits for the end.
    #[track_caller]
    pub(super) fn exits(self, code: i32) -> Ended {
        let status = wait_for(|| self.process.status().filter(|status| *status != WaitStatus::StillAlive));
        let status = status.unwrap_or_else(|| panic!("it does not end:\n{}", self.screen()));
        wait_for(|| self.reader.is_finished().then_some(())).expect("the end of the output");
        match status {
            WaitStatus::Exited(_, found) => assert_eq!(found, code, "{}", self.screen()),
            status => panic!("it ended with {status:?}:\n{}", self.screen()),
        }
        let terminal = self.restored();
        let (screen, raw) = (terminal.screen(), terminal.raw());
        Ended { directory: terminal.directory, screen, raw }
    }
}

/// Compares the settings that a program can change.
#[track_caller]
fn assert_same(before: &Termios, after: &Termios) {
    assert_eq!(before.input_modes, after.input_modes);
    assert_eq!(before.output_modes, after.output_modes);
    assert_eq!(before.control_modes, after.control_modes);
    assert_eq!(before.local_modes, after.local_modes);
    assert_eq!(format!("{:?}", before.special_codes), format!("{:?}", after.special_codes));
}

/// A finished run.
pub(super) struct Ended {
    directory: TempDir,
    screen: String,
    raw: String,
}

impl Ended {
    /// The final text on the screen.
    pub(super) fn screen(&self) -> &str {
        &self.screen
    }

    /// All output.
    pub(super) fn raw(&self) -> &str {
        &self.raw
    }

    /// The content of the directory.
    pub(super) fn listing(&self) -> Listing {
        listing(self.directory.path())
    }

    /// The working directory.
    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }
}
