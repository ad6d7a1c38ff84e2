// A program as client_golang's guides have it: the families of a page of text, in vectors that count on each second.
//
// Usage: exporter ADDRESS PAGE
package main

import (
	"log"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// Adds what a second brings to one series.
type tick func()

func main() {
	file, err := os.Open(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	var parser expfmt.TextParser
	families, err := parser.TextToMetricFamilies(file)
	if err != nil {
		log.Fatal(err)
	}
	file.Close()
	registry := prometheus.NewRegistry()
	var ticks []tick
	for _, family := range families {
		ticks = append(ticks, register(registry, family)...)
	}
	families = nil
	go func() {
		for range time.Tick(time.Second) {
			for _, tick := range ticks {
				tick()
			}
		}
	}()
	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}

// Every tenth series changes, and of a family at least one.
func register(registry *prometheus.Registry, family *dto.MetricFamily) (ticks []tick) {
	var names []string
	for _, pair := range family.Metric[0].Label {
		names = append(names, pair.GetName())
	}
	note := func(place int, change tick) {
		if place%10 == 0 {
			ticks = append(ticks, change)
		}
	}
	switch family.GetType() {
	case dto.MetricType_COUNTER:
		vector := prometheus.NewCounterVec(prometheus.CounterOpts{Name: family.GetName(), Help: family.GetHelp()}, names)
		registry.MustRegister(vector)
		for place, metric := range family.Metric {
			counter := vector.With(labels(metric))
			counter.Add(metric.Counter.GetValue())
			note(place, counter.Inc)
		}
	case dto.MetricType_HISTOGRAM:
		var bounds []float64
		for _, bucket := range family.Metric[0].Histogram.Bucket {
			bounds = append(bounds, bucket.GetUpperBound())
		}
		vector := prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: family.GetName(), Help: family.GetHelp(), Buckets: bounds}, names)
		registry.MustRegister(vector)
		for place, metric := range family.Metric {
			histogram := vector.With(labels(metric))
			before := uint64(0)
			for _, bucket := range metric.Histogram.Bucket {
				for ; before < bucket.GetCumulativeCount(); before++ {
					histogram.Observe(bucket.GetUpperBound())
				}
			}
			note(place, func() { histogram.Observe(1) })
		}
	default:
		vector := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: family.GetName(), Help: family.GetHelp()}, names)
		registry.MustRegister(vector)
		for place, metric := range family.Metric {
			gauge := vector.With(labels(metric))
			gauge.Set(metric.Gauge.GetValue())
			note(place, gauge.Inc)
		}
	}
	return ticks
}

func labels(metric *dto.Metric) prometheus.Labels {
	labels := prometheus.Labels{}
	for _, pair := range metric.Label {
		labels[pair.GetName()] = pair.GetValue()
	}
	return labels
}
