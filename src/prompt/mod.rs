//! Floor 3: the prompt. Reads lines from a person at a terminal: editing, completion, history.
//!
//! Only for somebody who sits there: the caller sees to it that standard input is a terminal. A terminal that cannot
//! move its cursor (`TERM=dumb`) still gets the prompt and no more.

mod complete;
mod file;
mod history;
mod names;
mod words;

use std::collections::VecDeque;
use std::path::PathBuf;

use rustyline::completion::Completer;
use rustyline::config::BellStyle;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::{History as _, MemHistory};
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Editor, Helper};

use crate::script::Dialect;

use history::History;
use names::Names;

/// A prompt, with what it remembers.
pub struct Prompt {
    text: String,
    editor: Editor<Completion, MemHistory>,
    history: History,
    /// Lines that came in one paste with one that was returned already.
    pasted: VecDeque<String>,
}

/// Why no line can be read.
#[derive(Debug, thiserror::Error)]
#[error("the terminal cannot be read: {0}")]
pub struct PromptError(#[from] ReadlineError);

impl Prompt {
    /// Makes a prompt.
    ///
    /// `text` is what stands before each line. `history` is the file that keeps lines for the next session, made with
    /// its folder where it is missing and read by nobody else (mode 600); without one, lines are remembered while the
    /// session lasts. A line with a secret, `key`, is remembered in neither. A file that cannot be read or written only
    /// means that nothing is kept.
    ///
    /// # Errors
    /// [`PromptError`] where the terminal cannot be prepared.
    pub fn new(text: &str, words: Dialect, history: Option<PathBuf>) -> Result<Self, PromptError> {
        let config = Config::builder()
            .max_history_size(history::LIMIT)?
            .completion_type(CompletionType::List)
            .bell_style(BellStyle::None)
            .build();
        let mut editor = Editor::with_history(config.clone(), MemHistory::with_config(&config))?;
        editor.set_helper(Some(Completion { words, names: Names::default() }));
        let file = history.map(|path| match words {
            Dialect::Knsupdate => file::File::of_libedit(path),
            Dialect::Nsup | Dialect::Nsupdate => file::File::plain(path),
        });
        let mut prompt = Self { text: text.to_owned(), editor, history: History::open(file), pasted: VecDeque::new() };
        prompt.show_history()?;
        Ok(prompt)
    }

    /// The next line, without its end; `None` once there are no more (^D on an empty line). ^C drops what is typed and
    /// asks again. Blocks until the line is there.
    ///
    /// # Errors
    /// [`PromptError`] where the terminal is gone.
    pub fn line(&mut self) -> Result<Option<String>, PromptError> {
        if let Some(line) = self.pasted.pop_front() {
            return self.noted(line).map(Some);
        }
        loop {
            match self.editor.readline(&self.text) {
                Ok(lines) => {
                    // Several lines in one paste.
                    self.pasted.extend(lines.lines().skip(1).map(str::to_owned));
                    let first = lines.lines().next().unwrap_or_default().to_owned();
                    return self.noted(first).map(Some);
                }
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => return Ok(None),
                Err(why) => return Err(why.into()),
            }
        }
    }

    /// Remembers a line, and the names in it.
    fn noted(&mut self, line: String) -> Result<String, PromptError> {
        if self.history.add(&line) {
            self.show_history()?;
        }
        if let Some(completion) = self.editor.helper_mut() {
            completion.names.note(&line);
        }
        Ok(line)
    }

    /// Lets the editor's arrows walk over what the history has now.
    fn show_history(&mut self) -> Result<(), PromptError> {
        let history = self.editor.history_mut();
        history.clear()?;
        for line in self.history.lines() {
            history.add(line)?;
        }
        Ok(())
    }
}

/// What the editor asks when Tab is pressed.
struct Completion {
    words: Dialect,
    names: Names,
}

impl Completer for Completion {
    type Candidate = complete::Candidate;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Self::Candidate>)> {
        Ok(complete::candidates(self.words, line.get(..at).unwrap_or(line), &self.names))
    }
}

impl Hinter for Completion {
    type Hint = String;
}

impl Highlighter for Completion {}
impl Validator for Completion {}
impl Helper for Completion {}
