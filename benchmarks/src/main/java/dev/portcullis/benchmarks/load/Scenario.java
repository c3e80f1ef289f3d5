package dev.portcullis.benchmarks.load;

import java.util.List;

/** One thing that is measured. */
interface Scenario {
    /** In the order in which {@code ops/bench all} runs them. A new one is one more line here. */
    List<Scenario> ALL = List.of(
            new CallScenario(),
            new LatencyScenario(),
            new ListScenario(),
            new MixedScenario(),
            new BigScenario(),
            new IdleScenario(),
            new FanoutScenario(),
            new SlowScenario(),
            new GrowthScenario(),
            new SoakScenario(),
            new SignInScenario(),
            new RefreshScenario(),
            new StartScenario());

    /** @return a word, as it is given on the command line and stands in names of files */
    String name();

    /** @return what is measured, in a line */
    String help();

    /**
     * Measures, a row of the report for each figure.
     *
     * @throws LoadException something answered otherwise than it must: no figures are better than wrong ones
     * @throws MissingException a program of the machine is missing
     */
    void run(Lab lab, Report report) throws InterruptedException;
}
