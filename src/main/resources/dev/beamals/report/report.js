'use strict';
// Draws the charts whose numbers are in the page. The root element then says how many: data-charts.
(() => {
  const root = document.documentElement;
  const specs = JSON.parse(document.getElementById('charts').textContent);
  const dashes = [[], [6, 4], [2, 3]];
  let drawn = [];

  const colour = name => getComputedStyle(root).getPropertyValue(name).trim();
  const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
  const long = new Intl.NumberFormat('en', { maximumSignificantDigits: 5 });
  const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 2 });

  function numbers(spec) {
    return spec.series.flatMap(s => s.values.flatMap((v, i) =>
      v === null ? [] : [v + (s.errors?.[i] ?? 0), v - (s.errors?.[i] ?? 0)]));
  }

  // Of a logarithmic axis 1, 10, 100; where these are few, 2 and 5 as well.
  function logTick(value, spread) {
    const lead = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
    const near = n => Math.abs(lead - n) < 1e-6;
    return near(1) || (spread < 100 && (near(2) || near(5))) ? short.format(value) : null;
  }

  function yAxis(spec) {
    const axis = {
      title: { display: true, text: spec.yTitle, color: colour('--quiet') },
      grid: { color: colour('--line') },
      border: { display: false },
      ticks: { color: colour('--quiet') },
    };
    const values = numbers(spec);
    if (spec.scale === 'log') {
      const least = Math.min(...values);
      const spread = Math.max(...values) / least;
      axis.type = 'logarithmic';
      if (spec.series[0].form === 'bars') {
        axis.min = 0.5; // so that a bar of one is seen
      }
      axis.ticks.callback = v => v < 1 && least >= 1 ? null : logTick(v, spread);
      axis.ticks.autoSkip = false;
    } else {
      axis.beginAtZero = spec.series.some(s => s.form === 'bars');
      axis.suggestedMax = Math.max(...values);
      axis.ticks.callback = v => (spec.scale === 'percent' ? percent : short).format(v);
      axis.ticks.maxTicksLimit = 8;
    }
    return axis;
  }

  function dataset(series, index) {
    const main = colour(['--first', '--second', '--third'][index % 3]);
    const line = series.form === 'line';
    return {
      type: line ? 'line' : 'bar',
      label: series.name,
      data: series.values,
      errors: series.errors,
      backgroundColor: main,
      borderColor: main,
      borderWidth: line ? 2 : 0,
      borderDash: line ? dashes[index % 3] : [],
      pointStyle: ['circle', 'rectRot', 'triangle'][index % 3],
      pointRadius: line ? (series.values.length > 40 ? 1.5 : 3.5) : 0,
      order: line ? 0 : 1,
      categoryPercentage: 0.86,
      barPercentage: 0.94,
      maxBarThickness: 72,
    };
  }

  const errorBars = {
    id: 'errorBars',
    afterDatasetsDraw(chart) {
      const { ctx, scales: { y } } = chart;
      chart.data.datasets.forEach((set, d) => {
        if (!set.errors || !chart.isDatasetVisible(d)) {
          return;
        }
        ctx.save();
        ctx.strokeStyle = colour('--text');
        ctx.lineWidth = 1.5;
        chart.getDatasetMeta(d).data.forEach((bar, i) => {
          const value = set.data[i];
          const error = set.errors[i];
          if (value === null || error === null) {
            return;
          }
          const top = y.getPixelForValue(value + error);
          const bottom = y.getPixelForValue(Math.max(value - error, y.min));
          const half = Math.min(5, bar.width / 3);
          ctx.beginPath();
          ctx.moveTo(bar.x, top);
          ctx.lineTo(bar.x, bottom);
          ctx.moveTo(bar.x - half, top);
          ctx.lineTo(bar.x + half, top);
          ctx.moveTo(bar.x - half, bottom);
          ctx.lineTo(bar.x + half, bottom);
          ctx.stroke();
        });
        ctx.restore();
      });
    },
  };

  function config(spec) {
    const format = spec.scale === 'percent' ? percent : long;
    return {
      data: { labels: spec.labels, datasets: spec.series.map(dataset) },
      plugins: [errorBars],
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        interaction: { mode: 'index', intersect: false },
        scales: {
          x: {
            title: { display: true, text: spec.xTitle, color: colour('--quiet') },
            grid: { display: false },
            ticks: { color: colour('--quiet'), maxRotation: 60, autoSkipPadding: 6 },
          },
          y: yAxis(spec),
        },
        plugins: {
          legend: {
            display: spec.series.length > 1,
            position: 'top',
            align: 'start',
            labels: {
              color: colour('--text'),
              usePointStyle: true,
              boxHeight: 7,
              sort: (a, b) => a.datasetIndex - b.datasetIndex,
            },
          },
          tooltip: {
            callbacks: {
              label: item => {
                const error = item.dataset.errors?.[item.dataIndex];
                return item.dataset.label + ': ' + format.format(item.raw)
                    + (error == null ? '' : ' ± ' + format.format(error));
              },
            },
          },
        },
      },
    };
  }

  function draw() {
    drawn.forEach(chart => chart.destroy());
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.font.size = 12;
    drawn = specs.map(spec => new Chart(document.getElementById('chart-' + spec.id), config(spec)));
    root.dataset.charts = drawn.length;
  }

  function print(paper) {
    root.classList.toggle('paper', paper);
    draw();
  }

  draw();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  addEventListener('beforeprint', () => print(true));
  addEventListener('afterprint', () => print(false));
})();
