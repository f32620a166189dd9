//! The layout of specs: what becomes of what is written in other ways, that every spec of the repository is laid out so, and the command.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use lathe::format::{Refusal, format};

fn repository() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    folder.expect("the generator is in the repository").to_owned()
}

fn specs(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    let paths = entries.filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect()
}

#[test]
fn specs_of_the_repository_are_formatted() {
    let own = specs(&repository().join("spec"));
    assert!(own.len() > 20);
    let examples = specs(Path::new("examples"));
    let is_spec = |path: &PathBuf| path.components().any(|part| part.as_os_str() == "spec");
    for path in own.into_iter().chain(examples.into_iter().filter(is_spec)) {
        let text = fs::read_to_string(&path).expect("a text");
        let formatted = format(&text).unwrap_or_else(|refusal| panic!("{}: {refusal}", path.display()));
        assert!(formatted == text, "{} is not laid out: cargo lathe fmt {0}", path.display());
    }
}

/// A text becomes another one, which stays as it is.
fn check(text: &str, expected: &str) {
    let formatted = format(text).unwrap_or_else(|refusal| panic!("{refusal}:\n{text}"));
    assert_eq!(formatted, expected, "from\n{text}");
    assert_eq!(format(&formatted).as_deref(), Ok(expected));
}

#[test]
fn keys_stand_in_the_order_of_the_schema_with_their_comments() {
    check(
        "#:schema ../x.json\n# About the file.\n\nname=\"raya\"   # its name\n# of this kind\nkind = 'instruction-set'\n\n\n\n[op.iadd]   #  adds\n\
         doc = \"Adds.\"\n\n# taken\n   # from H\n  code=0xaf\nstrange = 1\n[op.isub]\ncode = 1\n# end",
        "#:schema ../x.json\n# About the file.\n\n# of this kind\nkind = \"instruction-set\"\nname = \"raya\" # its name\n\n[op.iadd] #  adds\n\
         # taken\n# from H\ncode = 0xAF\ndoc = \"Adds.\"\nstrange = 1\n\n[op.isub]\ncode = 1\n# end\n",
    );
}

#[test]
fn rulers_and_blank_lines_stay() {
    let text = "kind = \"feature\"\n\n# ------ one\n\n# About it.\n[feature.one]\ndoc = \"One.\"\n\n# Apart.\ndefault = true\n\n# ------ end\n";
    check(text, text);
    check("\n\n# only\n\n\n# comments\n\n", "# only\n\n# comments\n");
    check("", "");
    check("kind = 1\n\n\n[a]\n\n\n[b]", "kind = 1\n\n[a]\n\n[b]\n");
}

#[test]
fn texts_are_quoted_in_one_way() {
    check(
        "a = 'plain'\nb = \"with \\\"quotes\\\"\"\nc = 'it\\s'\nd = \"it's \\\"\"\ne = '''\n  as it\n is  '''\nf = \"\\t\"\n\"g\" = 1\n\"h i\" = 1\n'j.k' = 1\n",
        "a = \"plain\"\nb = 'with \"quotes\"'\nc = 'it\\s'\nd = \"it's \\\"\"\ne = '''\n  as it\n is  '''\nf = \"\\t\"\ng = 1\n\"h i\" = 1\n\"j.k\" = 1\n",
    );
}

#[test]
fn arrays_are_filled_or_listed() {
    check("a=[ 1,2 ,\n3]\nb = [ ]\nc = [\n]\n", "a = [1, 2, 3]\nb = []\nc = []\n");
    check("a = [\n  1,\n    2\n]\n", "a = [\n  1,\n  2,\n]\n");
    let number = "1234567890123456789";
    let seven = [number; 7].join(", ");
    let (six, one) = ([number; 6].join(", "), number);
    check(&format!("a = [{seven}]"), &format!("a = [\n  {six},\n  {one},\n]\n"));
    let table = format!("{{ name = \"{}\", doc = 1 }}", "x".repeat(80));
    let reversed = format!("{{doc=1,name='{}'}}", "x".repeat(80));
    check(
        &format!("kind = \"instruction-set\"\nrecord.a.fields = [{reversed}, {reversed}]"),
        &format!("kind = \"instruction-set\"\nrecord.a.fields = [\n  {table},\n  {table},\n]\n"),
    );
    check("a = [[1,\n2], [ ]]", "a = [[1, 2], []]\n");
}

#[test]
fn comments_in_arrays_stay_beside_what_they_are_about() {
    check(
        "a = [ # all\n  1, 2,# one and two\n\n# alone\n   3 # three\n , 4, # four\n  # below\n] # end\n",
        "a = [ # all\n  1, 2,# one and two\n\n# alone\n   3 # three\n , 4, # four\n  # below\n] # end\n",
    );
    check(
        "a = [ # all\n  1, 2,# one and two\n\n# alone\n   3, # three\n 4 # four\n  # below\n] # end\n",
        "a = [\n  # all\n  1, 2, # one and two\n  # alone\n  3, # three\n  4, # four\n  # below\n] # end\n",
    );
    check("a = [ # nothing\n]\n", "a = [\n  # nothing\n]\n");
}

#[test]
fn line_ends_and_marks_are_those_of_unix() {
    check(
        "\u{feff}a = 1\r\n\r\n# one\r\n[b]\r\nc = [\r\n  1, # x\r\n]\r\n",
        "a = 1\n\n# one\n[b]\nc = [\n  1, # x\n]\n",
    );
}

#[test]
fn tables_keep_their_order() {
    let text = "[b]\nx = 1\n\n[a]\n\n[[c]]\ny = 1\n\n[c.d]\n\n[[c]]\n\n[b.e]\nf.g = 1\nf.h = { i = 1, \"j k\" = [] }\n";
    check(text, text);
}

#[test]
fn what_is_no_toml_is_refused() {
    assert!(matches!(format("a = "), Err(Refusal::NotToml(_))));
    assert!(matches!(
        format(&format!("a = {}", "[".repeat(100_000))),
        Err(Refusal::NotToml(_))
    ));
}

fn lathe(root: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lathe"));
    command.current_dir(root).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("lathe starts");
    // A run that doesn't read it closes the pipe.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("lathe ends")
}

#[test]
fn the_command_formats_checks_and_filters() {
    let root = tempfile::tempdir().expect("a folder");
    let spec = root.path().join("spec");
    fs::create_dir(&spec).expect("a folder");
    fs::write(root.path().join("Cargo.toml"), "").expect("a file");
    let (messy, tidy) = (
        "kind='feature' # x\n[feature.a]\ndefault=true\ndoc='A.'\n",
        "kind = \"feature\" # x\n\n[feature.a]\ndoc = \"A.\"\ndefault = true\n",
    );
    let file = spec.join("features.toml");
    let read = || fs::read_to_string(&file).expect("a file");
    fs::write(&file, messy).expect("a file");

    let checked = lathe(root.path(), &["fmt", "--check"], "");
    assert_eq!((checked.status.code(), read().as_str()), (Some(4), messy));
    let shown = String::from_utf8_lossy(&checked.stdout);
    assert!(
        shown.contains("-kind='feature' # x") && shown.contains("+kind = \"feature\" # x"),
        "{shown}"
    );
    let json = lathe(root.path(), &["fmt", "--check", "--format", "json"], "");
    let first = String::from_utf8_lossy(&json.stdout)
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned();
    assert_eq!(
        first,
        "{\"kind\":\"formatted\",\"path\":\"spec/features.toml\",\"formatted\":false}"
    );

    assert_eq!(lathe(root.path(), &["fmt"], "").status.code(), Some(0));
    assert_eq!(read(), tidy);
    assert_eq!(lathe(root.path(), &["fmt", "--check"], "").status.code(), Some(0));

    fs::write(&file, messy).expect("a file");
    assert_eq!(lathe(root.path(), &["fmt", "spec/features.toml"], "").status.code(), Some(0));
    assert_eq!(read(), tidy);
    let absolute = file.to_string_lossy().into_owned();
    assert_eq!(lathe(root.path(), &["fmt", "--check", &absolute], "").status.code(), Some(0));
    assert_eq!(lathe(root.path(), &["fmt", "spec/none.toml"], "").status.code(), Some(100));

    fs::write(root.path().join("README.md"), "# A machine\n").expect("a file");
    let foreign = lathe(root.path(), &["fmt", "README.md"], "");
    let errors = String::from_utf8_lossy(&foreign.stderr).into_owned();
    assert_eq!(foreign.status.code(), Some(100));
    assert!(
        errors.contains("`README.md` is no spec") && errors.contains("1 error found"),
        "{errors}"
    );

    let filtered = lathe(root.path(), &["fmt", "-"], messy);
    assert_eq!(
        (filtered.status.code(), String::from_utf8_lossy(&filtered.stdout).as_ref()),
        (Some(0), tidy)
    );
    assert_eq!(lathe(root.path(), &["fmt", "--check", "-"], messy).status.code(), Some(4));
    let broken = lathe(root.path(), &["fmt", "-"], "a = ");
    assert_eq!(broken.status.code(), Some(100));
    assert!(String::from_utf8_lossy(&broken.stderr).contains("L0006") && broken.stdout.is_empty());

    fs::write(&file, "a = ").expect("a file");
    let broken = lathe(root.path(), &["fmt"], "");
    assert_eq!((broken.status.code(), read().as_str()), (Some(100), "a = "));
}
