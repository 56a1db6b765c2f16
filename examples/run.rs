use clap::Parser;
fn main() {
    let mut words = vec!["azpol".to_owned(), "scan".into()];
    words.extend(std::env::args().skip(2));
    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let azpol::cli::Command::Scan(args) = azpol::cli::Cli::try_parse_from(words).unwrap().command else {
        panic!()
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
    let t = std::time::Instant::now();
    let s = pool.install(|| azpol::cli::Session::start(&args.run, &mut std::io::empty()));
    println!("{:?} rows {} faults {}", t.elapsed(), s.run.rows.len(), s.faults.len());
    for f in s.faults.iter().take(3) {
        println!("{}", f.message);
    }
    let mut c = std::collections::BTreeMap::new();
    for r in &s.run.rows {
        *c.entry(r.state.as_str()).or_insert(0) += 1;
    }
    println!("{c:?}");
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    for l in status.lines().filter(|l| l.starts_with("VmHWM")) {
        println!("{l}");
    }
    std::process::exit(0);
}
