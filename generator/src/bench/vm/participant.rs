//! What runs the programs: the engines of the set, and the Lua interpreters that are installed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::Program;

/// Something that runs programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// As the table calls it: `tail`, `luajit -joff`.
    pub name: String,
    /// How often it runs at most: an engine that is made to check everything takes too long for more than one.
    pub most_runs: usize,
    how: How,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum How {
    /// An engine of ours, by the runner.
    Ours { runner: PathBuf, engine: String },
    /// A Lua, by the script that takes the time.
    Lua {
        program: &'static str,
        options: &'static [&'static str],
        script: PathBuf,
    },
}

/// A Lua that isn't installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// As the table would call it.
    pub name: &'static str,
    /// What installs it.
    pub install: &'static str,
}

/// The name of the reference interpreter among the engines.
const ORACLE: &str = "oracle";

/// An interpreter that programs are compared with.
struct Lua {
    /// Its name in tables.
    name: &'static str,
    /// The programs that may be it.
    programs: &'static [&'static str],
    /// The options that it is given before the script.
    options: &'static [&'static str],
    /// What its version begins with.
    version: &'static str,
    /// How it is installed.
    install: &'static str,
}

const LUAS: &[Lua] = &[
    Lua {
        name: "lua5.4",
        programs: &["lua5.4", "lua"],
        options: &[],
        version: "Lua 5.4",
        install: "apt-get install lua5.4",
    },
    Lua {
        name: "luajit -joff",
        programs: &["luajit"],
        options: &["-joff"],
        version: "LuaJIT",
        install: "apt-get install luajit",
    },
    Lua {
        name: "luajit",
        programs: &["luajit"],
        options: &[],
        version: "LuaJIT",
        install: "apt-get install luajit",
    },
];

impl Participant {
    /// The engines that a runner has, the slowest first.
    ///
    /// # Errors
    ///
    /// When it can't be run.
    pub fn engines(runner: &Path) -> anyhow::Result<Vec<Participant>> {
        let output = Command::new(runner)
            .arg("engines")
            .stdin(Stdio::null())
            .output()
            .context("can't run the runner")?;
        anyhow::ensure!(output.status.success(), "the runner can't list its engines");
        let listed = String::from_utf8_lossy(&output.stdout);
        let engines = listed.lines().map(|engine| Participant {
            name: engine.to_owned(),
            most_runs: if engine == ORACLE { 1 } else { usize::MAX },
            how: How::Ours {
                runner: runner.to_owned(),
                engine: engine.to_owned(),
            },
        });
        Ok(engines.collect())
    }

    /// The Luas that are installed, and those that are missing. `script` takes the time of a program.
    pub fn luas(script: &Path) -> (Vec<Participant>, Vec<Missing>) {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for lua in LUAS {
            let Lua {
                name,
                programs,
                options,
                version,
                install,
            } = lua;
            match programs.iter().find(|program| says(program, version)) {
                Some(program) => found.push(Participant {
                    name: (*name).to_owned(),
                    most_runs: usize::MAX,
                    how: How::Lua {
                        program,
                        options,
                        script: script.to_owned(),
                    },
                }),
                None => missing.push(Missing { name, install }),
            }
        }
        (found, missing)
    }

    /// Whether it is an engine of ours.
    pub fn is_ours(&self) -> bool {
        matches!(self.how, How::Ours { .. })
    }

    /// What runs a program once.
    pub fn command(&self, program: &Program) -> Command {
        match &self.how {
            How::Ours { runner, engine } => {
                let mut command = Command::new(runner);
                command.args(["run", engine]).arg(&program.ours);
                command
            }
            How::Lua {
                program: lua,
                options,
                script,
            } => {
                let mut command = Command::new(lua);
                command.args(*options).arg(script).arg(&program.lua);
                command
            }
        }
    }
}

/// Whether a program can be run and says that it is this version. `lua` alone may be any.
fn says(program: &str, version: &str) -> bool {
    let output = Command::new(program).arg("-v").stdin(Stdio::null()).output();
    output.is_ok_and(|output| {
        // Some write it to standard error.
        let said = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&said).starts_with(version)
    })
}
