package hudson.model.listeners;

import hudson.XmlFile;
import hudson.model.Saveable;

public abstract class SaveableListener {
    public static void fireOnChange(Saveable o, XmlFile file) {
        throw new UnsupportedOperationException();
    }
}
