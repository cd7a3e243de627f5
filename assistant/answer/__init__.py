"""How an answer is told: the reading said back, the headline, the chart, the file to take away."""
