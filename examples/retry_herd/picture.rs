//! Pictures of lines over time.

use std::error::Error;
use std::ops::Range;
use std::path::Path;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

use crate::{goodput, herd};

/// What happened in each second, or in each two of them.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    pub(super) points: Vec<f64>,
}

/// What is drawn, and where.
struct Frame<'a, Y> {
    title: String,
    /// How many seconds a point stands for.
    step: usize,
    y: Y,
    y_title: &'a str,
    /// When it is too much for the server, in seconds.
    shaded: Range<f64>,
    lines: &'a [Line<'a>],
}

/// Draws how many clients came in each second.
pub(super) fn draw_herd(file: &Path, lines: &[Line<'_>]) -> Result<(), Box<dyn Error>> {
    let down = herd::DOWN.as_secs_f64();
    Frame {
        title: format!(
            "{} clients, a server that is down for {down} s",
            herd::CLIENTS
        ),
        step: 1,
        y: (10.0..100_000.0).log_scale(),
        y_title: "attempts a second",
        shaded: 0.0..down,
        lines,
    }
    .draw(file)
}

/// Draws how much was answered in time.
pub(super) fn draw_goodput(file: &Path, lines: &[Line<'_>]) -> Result<(), Box<dyn Error>> {
    let from = goodput::BEFORE as f64;
    Frame {
        title: String::from("A server that is asked for three times as much as it can do"),
        step: 2,
        y: 0.0..105.0,
        y_title: "answered in time, % of what it can do",
        shaded: from..from + goodput::DURING as f64,
        lines,
    }
    .draw(file)
}

impl<Y> Frame<'_, Y>
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    fn draw(self, file: &Path) -> Result<(), Box<dyn Error>> {
        let area = SVGBackend::new(file, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        self.draw_on(&area)?;
        area.present()?;
        Ok(())
    }

    fn draw_on(self, area: &DrawingArea<SVGBackend<'_>, Shift>) -> Result<(), Box<dyn Error>> {
        let seconds = self
            .lines
            .iter()
            .map(|line| line.points.len() * self.step)
            .max();
        let end = seconds.unwrap_or(1) as f64;
        let mut chart = ChartBuilder::on(area)
            .caption(self.title, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(42)
            .y_label_area_size(72)
            .build_cartesian_2d(0.0..end, self.y)?;
        let (low, high) = {
            let range = chart.y_range();
            (range.start, range.end)
        };
        let corners = [(self.shaded.start, low), (self.shaded.end, high)];
        chart.draw_series([Rectangle::new(corners, BLACK.mix(0.06).filled())])?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .x_label_formatter(&whole)
            .y_label_formatter(&whole)
            .x_desc("seconds")
            .y_desc(self.y_title)
            .draw()?;
        let unused = COLORS.len() - self.lines.len();
        for (line, color) in self.lines.iter().zip(COLORS.into_iter().skip(unused)) {
            let points = (0..).step_by(self.step).zip(&line.points);
            let points = points.map(|(second, value)| (f64::from(second), value.max(low)));
            chart
                .draw_series(LineSeries::new(points, color.stroke_width(2)))?
                .label(line.name)
                .legend(move |(x, y)| {
                    PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2))
                });
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE.mix(0.9))
            .border_style(BLACK.mix(0.3))
            .draw()?;
        Ok(())
    }
}

fn whole(value: &f64) -> String {
    format!("{value:.0}")
}

/// In pixels.
const SIZE: (u32, u32) = (900, 420);

/// Colors that those can tell apart, too, who see fewer of them (Okabe and Ito). What is recommended is the last.
const COLORS: [RGBColor; 6] = [
    RGBColor(213, 94, 0),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(204, 121, 167),
    RGBColor(0, 114, 178),
    RGBColor(0, 158, 115),
];
