//! Temporary front door until the command line lands: `lathe check` and `lathe generate`.
use lathe::pipeline;
fn main() {
    let root = std::env::current_dir().unwrap();
    let mut loaded = pipeline::load(&root, &pipeline::Options::default());
    pipeline::check(&mut loaded);
    let sources = loaded.sources;
    let list = std::mem::take(&mut loaded.diagnostics).sorted();
    for d in &list {
        let place = d
            .labels
            .first()
            .map(|l| {
                let (line, col) = sources.line_and_column(l.span.file, l.span.start);
                format!("{}:{line}:{col}", sources.file(l.span.file).path)
            })
            .unwrap_or_default();
        eprintln!(
            "{:?} {} {place}: {} {:?} {:?}",
            d.severity,
            d.code,
            d.message,
            d.labels.iter().map(|l| &l.text).collect::<Vec<_>>(),
            d.help
        );
    }
    let loaded = pipeline::Loaded {
        sources,
        model: loaded.model,
        diagnostics: Default::default(),
    };
    if std::env::args().nth(1).as_deref() == Some("generate") {
        match pipeline::emit(&loaded) {
            Ok(tree) => {
                for (path, file) in tree.files() {
                    let path = root.join(path);
                    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                    if std::fs::read_to_string(&path).ok().as_deref() != Some(&file.text) {
                        std::fs::write(&path, &file.text).unwrap();
                    }
                }
            }
            Err(error) => eprintln!("{error:?}"),
        }
    }
}
