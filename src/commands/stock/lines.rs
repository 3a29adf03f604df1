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
        Self { inputs: inputs.iter().cloned().collect(), open: None, at: (String::new(), 0), prompt }
    }

    /// The input of the last line, and that line's number, counted from 1.
    pub(in crate::commands) fn at(&self) -> (String, usize) {
        self.at.clone()
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
                (Source::Prompt, Some(prompt)) => prompt.line().map_err(LinesError::Prompt)?,
                (Source::Prompt, None) => None,
            };
            match line {
                Some(line) => {
                    self.at.1 += 1;
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

/// One line. One that is too long is an error, not several: what is left of a `key` line would be told as a fault.
fn read(reader: &mut dyn BufRead) -> io::Result<Option<String>> {
    let mut octets = Vec::new();
    loop {
        let available = match reader.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // A directory, say.
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            return Ok((!octets.is_empty()).then(|| text_of(&octets).into_owned()));
        }
        let room = MAX_LINE - octets.len();
        let end = available.iter().take(room).position(|octet| *octet == b'\n');
        let taken = end.map_or(available.len().min(room), |end| end + 1);
        octets.extend_from_slice(&available[..end.unwrap_or(taken)]);
        reader.consume(taken);
        if end.is_none() && octets.len() >= MAX_LINE {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a line is longer than {MAX_LINE} octets")));
        }
        if end.is_some() {
            return Ok(Some(text_of(&octets).into_owned()));
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
        while let Some(line) = read(&mut reader).unwrap() {
            lines.push(line);
        }
        assert_eq!(lines, ["one", "", "two \\255ü"]);
    }

    #[test]
    fn a_line_that_is_too_long_is_an_error_and_no_piece_of_it_is_told() {
        let whole = "x".repeat(MAX_LINE - 1);
        assert_eq!(read(&mut format!("{whole}\n").as_bytes()).unwrap(), Some(whole));
        let long = format!("key k {}secret\n", "A".repeat(MAX_LINE));
        let why = read(&mut long.as_bytes()).unwrap_err();
        assert!(!why.to_string().contains("AAA"), "{why}");
    }
}
