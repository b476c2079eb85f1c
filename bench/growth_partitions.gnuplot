# Draws `data`, which the section `partitions` of tools/bench writes, into `drawing`: the rate at the top, CPU below.
# Columns: partitions, events/s and CPU us/event of R2, events/s and CPU us/event of the node.
set terminal svg size 900,620 font "sans-serif,14" background "#ffffff"
set output drawing
set logscale xy
set grid
set border 3
set tics nomirror
set style data linespoints
set key outside right top Left reverse samplen 2 spacing 1.2
set xtics (10, 100, "1,000" 1000)
set xrange [8:1300]
set lmargin at screen 0.11
set rmargin at screen 0.68
set linetype 1 linecolor rgb "#8a8a8a"
set linetype 2 linecolor rgb "#1f3b73"
set multiplot

set tmargin at screen 0.93
set bmargin at screen 0.58
set title "Rate"
set ylabel "million events/s"
set yrange [0.1:10]
set ytics (0.1, 0.2, 0.5, 1, 2, 5, 10)
plot data using 1:($2/1e6) title "R2 (only touches messages)" linewidth 2 pointtype 7, \
     data using 1:($4/1e6) title "tallyd" linewidth 2 pointtype 7

set tmargin at screen 0.44
set bmargin at screen 0.11
set xlabel "partitions"
set title "CPU of the process"
set ylabel "us per event"
plot data using 1:3 title "R2 (only touches messages)" linewidth 2 pointtype 7, \
     data using 1:5 title "tallyd" linewidth 2 pointtype 7
unset multiplot
