//! No server outlives the process that started it, however that ends.

use std::env;
use std::io::{self, BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use redis_fixture::Server;

const PATIENCE: Duration = Duration::from_secs(30);

/// Run without arguments it is the test; with `serve` it is the process that is killed.
fn main() {
    if env::args().nth(1).as_deref() == Some("serve") {
        serve();
    } else {
        a_server_does_not_outlive_a_process_that_is_killed();
    }
}

fn serve() {
    let server = Server::start();
    println!("{}", server.port());
    // Until it is killed: nobody writes to this.
    let _ = io::stdin().read_line(&mut String::new());
}

fn a_server_does_not_outlive_a_process_that_is_killed() {
    let me = env::current_exe().expect("this program has a path");
    let mut process = Command::new(me)
        .arg("serve")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program can be started");
    let port = port(&mut process);
    assert!(is_served(port), "nobody serves port {port}");

    process.kill().expect("it can be killed");
    process.wait().expect("it ends");
    let began = Instant::now();
    while is_served(port) {
        assert!(began.elapsed() < PATIENCE, "port {port} is still served");
        thread::yield_now();
    }
}

fn port(process: &mut Child) -> u16 {
    let mut line = String::new();
    let output = process.stdout.take().expect("it is piped");
    BufReader::new(output)
        .read_line(&mut line)
        .expect("it writes a line");
    line.trim_end().parse().expect("the line is a port")
}

fn is_served(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}
