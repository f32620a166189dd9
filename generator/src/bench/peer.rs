//! Another generator on input of its own: svd2rust, which makes register definitions from a description of a chip, and rustfmt, which
//! its output needs.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::measure::{self, Times};
use crate::build::cargo;

/// What the peer did.
#[derive(Debug, Clone, PartialEq)]
pub struct Peer {
    /// `svd2rust 0.37.1`.
    pub name: String,
    /// Lines after formatting.
    pub lines: usize,
    /// What generating took.
    pub generated: Times,
    /// What formatting with rustfmt took.
    pub formatted: Times,
}

/// The version that is installed where none is found, so that figures can be compared.
const VERSION: &str = "0.37.1";

/// Finds the program on the path or in `folder`, or installs it there.
///
/// # Errors
///
/// When it can't be installed.
pub fn provide(root: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let installed = folder.join("bin/svd2rust");
    for candidate in [PathBuf::from("svd2rust"), installed.clone()] {
        let mut ask = Command::new(&candidate);
        ask.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        if ask.status().is_ok_and(|status| status.success()) {
            return Ok(candidate);
        }
    }
    let shell = cargo::shell(root)?;
    let target = folder.display().to_string();
    let mut install = cargo::command(
        &shell,
        ["install", "--locked", "--root", &target, "--version", VERSION, "svd2rust"],
    );
    install.stdin(Stdio::null());
    anyhow::ensure!(
        install.status().context("can't run cargo")?.success(),
        "svd2rust could not be installed"
    );
    Ok(installed)
}

/// Runs the peer over a description with this number of peripherals of 20 registers, 4 fields each. The first run isn't counted.
///
/// # Errors
///
/// When it or rustfmt can't be run.
pub fn run(program: &Path, peripherals: usize, runs: usize) -> anyhow::Result<Peer> {
    let folder = tempfile::tempdir().context("can't make a temporary folder")?;
    let input = folder.path().join("chip.svd");
    fs::write(&input, description(peripherals)).context("can't write the description of a chip")?;
    let output = folder.path().join("lib.rs");
    let (mut generated, mut formatted) = (Times::default(), Times::default());
    for run in 0..=runs {
        let mut generate = Command::new(program);
        generate
            .current_dir(folder.path())
            .args(["--target", "none", "-i"])
            .arg(&input);
        let generating = measure::time(generate)?;
        let mut format = Command::new("rustfmt");
        format.args(["--edition", "2021"]).arg(&output);
        let formatting = measure::time(format)?;
        if run > 0 {
            generated.add(generating);
            formatted.add(formatting);
        }
    }
    let text = fs::read_to_string(&output).context("the peer wrote nothing")?;
    let version = Command::new(program)
        .arg("--version")
        .output()
        .context("can't run the peer")?;
    let version = String::from_utf8_lossy(&version.stdout);
    let words: Vec<&str> = version.split_whitespace().take(2).collect();
    Ok(Peer {
        name: words.join(" "),
        lines: text.lines().count(),
        generated,
        formatted,
    })
}

/// A description of a chip.
fn description(peripherals: usize) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<device schemaVersion=\"1.1\">\n<name>CHIP</name><version>1.0</version>\
         <description>A chip to measure with</description><addressUnitBits>8</addressUnitBits><width>32</width><size>32</size>\
         <access>read-write</access><resetValue>0</resetValue><resetMask>0xFFFFFFFF</resetMask>\n<peripherals>\n",
    );
    for peripheral in 0..peripherals {
        let address = 0x4000_0000 + peripheral * 0x1000;
        let _ = writeln!(
            text,
            "<peripheral><name>UNIT{peripheral}</name><description>Unit {peripheral}</description><baseAddress>{address:#X}</baseAddress>\
             <addressBlock><offset>0</offset><size>0x1000</size><usage>registers</usage></addressBlock><registers>"
        );
        for register in 0..20 {
            let _ = write!(
                text,
                "<register><name>R{register}</name><description>Register {register}</description><addressOffset>{:#X}</addressOffset><fields>",
                register * 4
            );
            for field in 0..4 {
                let _ = write!(
                    text,
                    "<field><name>F{field}</name><description>Field {field}</description><bitOffset>{}</bitOffset><bitWidth>4</bitWidth></field>",
                    field * 8
                );
            }
            text.push_str("</fields></register>\n");
        }
        text.push_str("</registers></peripheral>\n");
    }
    text.push_str("</peripherals>\n</device>\n");
    text
}
