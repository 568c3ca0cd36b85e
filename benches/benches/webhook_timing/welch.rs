//! Welch's t-test, over measurements that come one by one.

/// Two classes of measurements.
#[derive(Clone, Debug, Default)]
pub(crate) struct Welch {
    classes: [Moments; 2],
}

/// Of one class, as Welford sums them up: nothing large is ever subtracted from something large.
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Welch {
    pub(crate) fn add(&mut self, class: usize, value: f64) {
        self.classes[class].add(value);
    }

    /// How many standard errors the means of the two lie apart.
    pub(crate) fn t(&self) -> f64 {
        let error = self.classes.iter().map(Moments::error).sum::<f64>().sqrt();
        self.apart() / error
    }

    /// By how much the mean of the second is above that of the first.
    pub(crate) fn apart(&self) -> f64 {
        let [first, second] = &self.classes;
        second.mean - first.mean
    }

    /// The mean of the first.
    pub(crate) fn mean(&self) -> f64 {
        self.classes[0].mean
    }
}

impl Moments {
    fn add(&mut self, value: f64) {
        let from_old = value - self.mean;
        self.count += 1.0;
        self.mean += from_old / self.count;
        self.squares += from_old * (value - self.mean);
    }

    /// The variance of the mean: of no bound while there is too little to say.
    fn error(&self) -> f64 {
        if self.count > 1.0 {
            self.squares / (self.count - 1.0) / self.count
        } else {
            f64::INFINITY
        }
    }
}
