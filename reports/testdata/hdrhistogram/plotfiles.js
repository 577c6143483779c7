// From HdrHistogram's GoogleChartsExample/plotFiles.html (https://github.com/HdrHistogram/HdrHistogram), which its authors
// released to the public domain (CC0 1.0): how its plotter reads a percentile distribution. Unchanged.

function appendDataSeries(histo, name, dataSeries) {
    var series;
    var seriesCount;
    if (dataSeries.length == 0) {
        series = [ ['X', name] ];
        seriesCount = 1;
    } else {
        series = dataSeries;
        series[0].push(name);
        seriesCount = series[0].length - 1;
    }

    var lines = histo.split("\n");

    var seriesIndex = 1;
    for (var i = 0; i < lines.length; i++) {
        var line = lines[i].trim();
        var values = line.trim().split(/[ ]+/);

        if (line[0] != '#' && values.length == 4) {

            var y = parseFloat(values[0]);
            var x = parseFloat(values[3]);

            if (!isNaN(x) && !isNaN(y)) {

                if (seriesIndex >= series.length) {
                    series.push([x]);
                }

                while (series[seriesIndex].length < seriesCount) {
                    series[seriesIndex].push(null);
                }

                series[seriesIndex].push(y);
                seriesIndex++;
            }
        }
    }

    while (seriesIndex < series.length) {
        series[seriesIndex].push(null);
        seriesIndex++;
    }

    return series;
}
