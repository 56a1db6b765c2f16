use std::{fs::File, io::BufWriter};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    std::fs::create_dir_all(&a[1]).unwrap();
    let o = azpol::cli::generate_tenant::TenantOptions {
        seed: 1,
        subscriptions: a[2].parse().unwrap(),
        foreign: a[3].parse().unwrap(),
    };
    azpol::cli::generate_tenant::tenant(&o, |n| File::create(format!("{}/{n}", a[1])).map(BufWriter::new))
        .unwrap();
}
