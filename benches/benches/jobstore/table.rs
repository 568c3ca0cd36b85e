//! The best of several rounds, beside the first row.

/// Rates by what was measured, in the order in which they first came.
pub(crate) struct Table {
    title: &'static str,
    /// What the others are compared with.
    limit: &'static str,
    rows: Vec<(&'static str, f64)>,
}

impl Table {
    pub(crate) const fn new(title: &'static str, limit: &'static str) -> Self {
        Self {
            title,
            limit,
            rows: Vec::new(),
        }
    }

    /// Notes how many a second there were, if there never were more.
    pub(crate) fn add(&mut self, what: &'static str, rate: f64) {
        match self.rows.iter_mut().find(|(name, _)| *name == what) {
            Some((_, best)) => *best = best.max(rate),
            None => self.rows.push((what, rate)),
        }
    }

    /// The best rate of a row.
    pub(crate) fn rate(&self, what: &str) -> f64 {
        let row = self.rows.iter().find(|(name, _)| *name == what);
        row.map_or(f64::NAN, |(_, rate)| *rate)
    }

    pub(crate) fn print(&self) {
        println!("\n{}", self.title);
        for (what, rate) in &self.rows {
            let ratio = rate / self.rate(self.limit);
            println!("{what:<44}{rate:>12.0}/s {ratio:>8.2}");
        }
    }
}
