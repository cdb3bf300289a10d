package org.springframework.security.authentication;

import org.springframework.security.core.Authentication;

public abstract class AbstractAuthenticationToken implements Authentication {
    private static final long serialVersionUID = 1;

    @Override
    public String getName() {
        throw new UnsupportedOperationException();
    }
}
