# Draws `data`, the table of growth_bench.cc, into `drawing`: times at the top, memory below.
set terminal svg size 900,780 font "sans-serif,14" background "#ffffff"
set output drawing
set logscale xy
set grid
set border 3
set tics nomirror
set style data linespoints
set key outside right top Left reverse samplen 2 spacing 1.2
set xtics ("1,000" 1e3, "10,000" 1e4, "100,000" 1e5, "1 million" 1e6, "10 million" 1e7)
set xrange [700:1.4e7]
set lmargin at screen 0.11
set rmargin at screen 0.68
set linetype 1 linecolor rgb "#7b2d8b"
set linetype 2 linecolor rgb "#1b7f4d"
set linetype 3 linecolor rgb "#2b8cbe"
set linetype 4 linecolor rgb "#c2571a"
set linetype 5 linecolor rgb "#1f3b73"
set linetype 6 linecolor rgb "#8a8a8a"
set multiplot

set tmargin at screen 0.95
set bmargin at screen 0.44
set title "Time of an operation"
set ylabel "time"
set yrange [20:1e8]
set ytics ("10 ns" 1e1, "100 ns" 1e2, "1 us" 1e3, "10 us" 1e4, "100 us" 1e5, "1 ms" 1e6, "10 ms" 1e7, "100 ms" 1e8)
plot data using 1:4 title "checkpoint of 1,000 events" linewidth 2 pointtype 7, \
     data using 1:6 title "LIST of 100 series" linewidth 2 pointtype 7, \
     data using 1:7 title "load, per series" linewidth 2 pointtype 7, \
     data using 1:5 title "GET" linewidth 2 pointtype 7, \
     data using 1:2 title "count an event" linewidth 2 pointtype 7, \
     data using 1:3 title "a shard's pause at a cut" linewidth 2 pointtype 7

set tmargin at screen 0.35
set bmargin at screen 0.09
set xlabel "series"
set title "Memory of a series with one counter, counted by two shards"
set ylabel "bytes of RSS"
set yrange [10:1000]
set ytics (10, 20, 50, 100, 200, 500, 1000)
unset key
plot data using 1:8 notitle linewidth 2 pointtype 7 linecolor rgb "#404040"
unset multiplot
