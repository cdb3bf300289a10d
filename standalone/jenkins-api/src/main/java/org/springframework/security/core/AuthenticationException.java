package org.springframework.security.core;

public abstract class AuthenticationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    protected AuthenticationException(String message) {
        super(message);
    }
}
