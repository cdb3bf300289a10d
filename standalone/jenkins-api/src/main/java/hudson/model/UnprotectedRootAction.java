package hudson.model;

public interface UnprotectedRootAction extends RootAction {}
