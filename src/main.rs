//! The program: hands its words over to [`nsup::cli`].

fn main() -> std::process::ExitCode {
    nsup::cli::run(std::env::args_os()).into()
}
