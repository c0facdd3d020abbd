//! What services count by themselves, as a program prints it: lines of a name and a number.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

/// What the counters stand at.
#[derive(Clone, Debug)]
pub(crate) struct Counters {
    at: Instant,
    values: BTreeMap<String, f64>,
}

/// How far the counters went.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    /// Of each, per second.
    pub(crate) per_s: BTreeMap<String, f64>,
}

impl Counters {
    /// How far they went since `earlier`.
    pub(crate) fn since(&self, earlier: &Self) -> Counted {
        let seconds = (self.at - earlier.at).as_secs_f64();
        let grown = self.values.iter().filter_map(|(name, now)| {
            let then = earlier.values.get(name)?;
            Some((name.clone(), (now - then) / seconds))
        });
        Counted { per_s: grown.collect() }
    }
}

/// Runs `program`. Says why if it fails; the run goes on without counters then.
pub(super) async fn read(program: PathBuf) -> Option<Counters> {
    let at = Instant::now();
    let command = move || Command::new(&program).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = match tokio::task::spawn_blocking(command).await.ok()? {
        Ok(output) => output,
        Err(error) => {
            eprintln!("counters: {error}");
            return None;
        }
    };
    if !output.status.success() {
        eprintln!("counters: {}", output.status);
        return None;
    }
    Some(Counters { at, values: parse(&String::from_utf8_lossy(&output.stdout)) })
}

/// Several lines of one name are one counter: their sum.
fn parse(text: &str) -> BTreeMap<String, f64> {
    let mut values = BTreeMap::new();
    for line in text.lines() {
        if let Some((name, number)) = line.trim().rsplit_once(' ')
            && let Ok(number) = number.parse::<f64>()
        {
            *values.entry(name.trim().to_owned()).or_default() += number;
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn counters_grow_per_second() {
        let at = Instant::now();
        let before = Counters { at, values: parse("commands 10\nbytes 1e3\nbytes 500\nnonsense\n") };
        let later = at + Duration::from_secs(4);
        let after = Counters { at: later, values: parse("commands 30\r\nbytes 1700\nnew 7\n") };
        let expected = BTreeMap::from([("bytes".to_owned(), 50.0), ("commands".to_owned(), 5.0)]);
        assert_eq!(after.since(&before).per_s, expected);
    }
}
