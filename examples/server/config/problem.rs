//! What is wrong with the configuration, said so that it can be put right.

use std::fmt;

/// One fault: the variable, what is wrong with it, and what to do.
///
/// The text never repeats the value of a variable that holds a secret.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) variable: String,
    pub(crate) fault: String,
    pub(crate) remedy: String,
}

/// Every fault that was found, in the order of the documentation's table.
#[derive(Debug)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => writeln!(f, "The configuration has 1 problem; nothing was started.")?,
            n => writeln!(
                f,
                "The configuration has {n} problems; nothing was started."
            )?,
        }
        for problem in &self.0 {
            writeln!(f, "\n  {}: {}", problem.variable, problem.fault)?;
            writeln!(f, "      {}", problem.remedy)?;
        }
        Ok(())
    }
}
