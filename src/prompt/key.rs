//! Decodes the bytes of a terminal into keys. Pure.

/// A key, or pasted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    Enter,
    Escape,
    Erase,
    /// Erases a whole line: Ctrl-U.
    EraseLine,
    /// Ctrl-D, or Ctrl-C if the terminal does not turn it into a signal.
    Leave,
    Letter(char),
    /// The text of a bracketed paste.
    Paste(String),
    /// Another key, which is ignored.
    Other,
}

/// Keys and the number of bytes they took. The rest is an incomplete key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) keys: Vec<Key>,
    pub(super) taken: usize,
}

const ESCAPE: u8 = 0x1b;
const PASTE_START: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";

/// Decodes all complete keys.
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    let mut decoded = Decoded { keys: Vec::new(), taken: 0 };
    while let Some((key, length)) = first(&bytes[decoded.taken..]) {
        decoded.keys.push(key);
        decoded.taken += length;
    }
    decoded
}

/// The first key and its length; `None` if it is incomplete.
fn first(bytes: &[u8]) -> Option<(Key, usize)> {
    match *bytes.first()? {
        ESCAPE => escape(bytes),
        b'\r' | b'\n' => Some((Key::Enter, 1)),
        0x03 | 0x04 => Some((Key::Leave, 1)),
        0x08 | 0x7f => Some((Key::Erase, 1)),
        0x0e => Some((Key::Down, 1)),
        0x10 => Some((Key::Up, 1)),
        0x15 => Some((Key::EraseLine, 1)),
        0x00..0x20 => Some((Key::Other, 1)),
        _ => letter(bytes),
    }
}

fn letter(bytes: &[u8]) -> Option<(Key, usize)> {
    let end = bytes.len().min(4);
    match std::str::from_utf8(&bytes[..end]) {
        Ok(text) => text.chars().next().map(|letter| (Key::Letter(letter), letter.len_utf8())),
        Err(error) if error.valid_up_to() > 0 => letter(&bytes[..error.valid_up_to()]),
        // It is incomplete.
        Err(error) if error.error_len().is_none() => None,
        Err(error) => Some((Key::Other, error.error_len().unwrap_or(1))),
    }
}

fn escape(bytes: &[u8]) -> Option<(Key, usize)> {
    match bytes.get(1)? {
        b'[' if bytes.starts_with(PASTE_START) => paste(bytes),
        b'[' => {
            let end = bytes.iter().skip(2).position(|byte| (0x40..0x7f).contains(byte))? + 2;
            Some((control(&bytes[2..=end]), end + 1))
        }
        b'O' => bytes.get(2).map(|&last| (control(&[last]), 3)),
        &ESCAPE => Some((Key::Escape, 1)),
        // A letter with Alt.
        _ => Some((Key::Other, 2)),
    }
}

fn paste(bytes: &[u8]) -> Option<(Key, usize)> {
    let start = PASTE_START.len();
    let end = bytes[start..].windows(PASTE_END.len()).position(|window| window == PASTE_END)? + start;
    let text = String::from_utf8_lossy(&bytes[start..end]).into_owned();
    Some((Key::Paste(text), end + PASTE_END.len()))
}

fn control(sequence: &[u8]) -> Key {
    match sequence {
        b"A" => Key::Up,
        b"B" => Key::Down,
        b"H" | b"1~" | b"7~" => Key::Home,
        b"F" | b"4~" | b"8~" => Key::End,
        b"M" => Key::Enter,
        b"5~" => Key::PageUp,
        b"6~" => Key::PageDown,
        _ => Key::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let decoded = decode(bytes);
        assert_eq!(decoded.taken, bytes.len(), "{:?}", String::from_utf8_lossy(bytes));
        decoded.keys
    }

    #[test]
    fn arrows_come_in_two_spellings() {
        assert_eq!(keys(b"\x1b[A\x1bOB\x1b[1;5C"), [Key::Up, Key::Down, Key::Other]);
    }

    #[test]
    fn a_key_that_has_not_come_whole_is_left_over() {
        for bytes in [&b"\x1b"[..], b"\x1b[", b"\x1b[1;5", b"\x1b[200~text", b"\xc3"] {
            assert_eq!(decode(bytes), Decoded { keys: Vec::new(), taken: 0 }, "{bytes:?}");
        }
        assert_eq!(decode(b"a\x1b["), Decoded { keys: vec![Key::Letter('a')], taken: 1 });
    }

    #[test]
    fn a_pasted_text_is_one_key() {
        assert_eq!(keys(b"\x1b[200~a\nw\n\x1b[201~w"), [Key::Paste("a\nw\n".into()), Key::Letter('w')]);
    }

    #[test]
    fn letters_outside_ascii_and_bytes_that_are_no_text() {
        assert_eq!(keys("é値".as_bytes()), [Key::Letter('é'), Key::Letter('値')]);
        assert_eq!(keys(b"\xffa"), [Key::Other, Key::Letter('a')]);
    }
}
