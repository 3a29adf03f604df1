//! The lines of a session: from a file, from standard input, or from somebody at a terminal.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal};
use std::path::PathBuf;

use crate::config::Input;
use crate::prompt::{Prompt, PromptError};
use crate::script::{MAX_LINE, text_of};

/// Where the next line comes from.
pub(in crate::commands) struct Lines {
    inputs: VecDeque<Input>,
    open: Option<Source>,
    /// What is open, and how many lines of it have been read.
    at: (String, usize),
    /// The last line was longer than a line may be, and its rest comes as the next.
    is_cut: bool,
    /// How the prompt is made, where there is one.
    prompt: Option<Prompt>,
}

enum Source {
    Reader(Box<dyn BufRead>),
    Prompt,
}

/// Why there is no next line.
#[derive(Debug)]
pub(in crate::commands) enum LinesError {
    /// An input cannot be opened.
    Open(PathBuf, io::Error),
    /// It cannot be read on.
    Read(io::Error),
    /// The terminal is gone.
    Prompt(PromptError),
}

/// Whether standard input is somebody at a terminal.
pub(in crate::commands) fn is_attended(inputs: &[Input]) -> bool {
    matches!(inputs, [Input::Standard]) && io::stdin().is_terminal()
}

impl Lines {
    /// All lines of these inputs, one after the other; with a prompt, standard input is asked by it.
    pub(in crate::commands) fn new(inputs: &[Input], prompt: Option<Prompt>) -> Self {
        Self { inputs: inputs.iter().cloned().collect(), open: None, at: (String::new(), 0), is_cut: false, prompt }
    }

    /// The input of the last line, and that line's number, counted from 1.
    pub(in crate::commands) fn at(&self) -> (String, usize) {
        self.at.clone()
    }

    /// Whether the last line was only the first [`MAX_LINE`] octets of one, whose rest comes as the next.
    pub(in crate::commands) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The next line, which must be whole: what is left of a long `key` line is not to be told as a fault.
    pub(in crate::commands) fn next_whole(&mut self) -> Result<Option<String>, LinesError> {
        let line = self.next()?;
        if self.is_cut {
            let why = format!("a line is longer than {MAX_LINE} octets");
            return Err(LinesError::Read(io::Error::new(io::ErrorKind::InvalidData, why)));
        }
        Ok(line)
    }

    /// The next line without its end; `None` at the end of all inputs.
    ///
    /// Octets that are no UTF-8 come as `\DDD`, which every place that takes text reads back.
    pub(in crate::commands) fn next(&mut self) -> Result<Option<String>, LinesError> {
        loop {
            let source = match &mut self.open {
                Some(source) => source,
                None => match self.begin() {
                    None => return Ok(None),
                    Some(Input::Standard) if self.prompt.is_some() => self.open.insert(Source::Prompt),
                    Some(Input::Standard) => self.open.insert(Source::Reader(Box::new(BufReader::new(io::stdin())))),
                    Some(Input::File(path)) => match File::open(&path) {
                        Ok(file) => self.open.insert(Source::Reader(Box::new(BufReader::new(file)))),
                        Err(why) => return Err(LinesError::Open(path, why)),
                    },
                },
            };
            let line = match (source, &mut self.prompt) {
                (Source::Reader(reader), _) => read(reader.as_mut()).map_err(LinesError::Read)?,
                (Source::Prompt, Some(prompt)) => prompt.line().map_err(LinesError::Prompt)?.map(|line| (line, false)),
                (Source::Prompt, None) => None,
            };
            match line {
                Some((line, is_cut)) => {
                    self.at.1 += 1;
                    self.is_cut = is_cut;
                    return Ok(Some(line));
                }
                None => self.open = None,
            }
        }
    }

    /// The next input.
    fn begin(&mut self) -> Option<Input> {
        let input = self.inputs.pop_front()?;
        let name = match &input {
            Input::Standard => "standard input".to_owned(),
            Input::File(path) => path.display().to_string(),
        };
        self.at = (name, 0);
        Some(input)
    }
}

/// One line, or as much of it as a line may have, and whether that is not all.
fn read(reader: &mut dyn BufRead) -> io::Result<Option<(String, bool)>> {
    let mut octets = Vec::new();
    loop {
        let available = match reader.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // A directory, say.
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            return Ok((!octets.is_empty()).then(|| (text_of(&octets).into_owned(), false)));
        }
        let room = MAX_LINE - octets.len();
        let end = available.iter().take(room).position(|octet| *octet == b'\n');
        let taken = end.map_or(available.len().min(room), |end| end + 1);
        octets.extend_from_slice(&available[..end.unwrap_or(taken)]);
        reader.consume(taken);
        if end.is_some() || octets.len() >= MAX_LINE {
            return Ok(Some((text_of(&octets).into_owned(), end.is_none())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_their_ends_and_at_the_end_and_nothing_is_lost() {
        let mut reader: &[u8] = b"one\n\ntwo \xff\xc3\xbc";
        let mut lines = Vec::new();
        while let Some((line, is_cut)) = read(&mut reader).unwrap() {
            assert!(!is_cut);
            lines.push(line);
        }
        assert_eq!(lines, ["one", "", "two \\255ü"]);
    }

    #[test]
    fn a_line_that_is_too_long_comes_in_pieces() {
        let long = "x".repeat(MAX_LINE + 5) + "\nend\n";
        let mut reader = long.as_bytes();
        let pieces = std::iter::from_fn(|| read(&mut reader).unwrap());
        let lengths: Vec<_> = pieces.map(|(line, is_cut)| (line.len(), is_cut)).collect();
        assert_eq!(lengths, [(MAX_LINE, true), (5, false), (3, false)]);
    }
}
