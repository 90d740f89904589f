package web

const maxIDs = 500
